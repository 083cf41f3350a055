"""The views of the public record. None sets a cookie or asks who somebody is."""
