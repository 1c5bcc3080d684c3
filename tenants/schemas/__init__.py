"""How schemas come to be and change: rendered once from the migrations, replayed everywhere."""
