"""From the bytes of a picture file to pixels, by rules that the survivor's device shares; borders and crops."""
