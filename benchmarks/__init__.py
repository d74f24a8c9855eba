"""What is measured and fitted, apart from the program itself."""
