"""Write operators in forms that compile, and to fast programs; what they compute stays the same."""
