"""A page for developers that shows every component in all its states; included in local settings only."""
