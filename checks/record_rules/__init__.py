"""The few shapes that rules about records have; each control's check is made of these and its own reasons."""
