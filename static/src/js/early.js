// Runs before the first paint, so that what needs or replaces scripts does not jump. Inline it would break the policy.
document.documentElement.classList.remove("no-js");
