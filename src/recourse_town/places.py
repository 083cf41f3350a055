"""What is up in a new town: what probes use as controls, and the places of the five stories. Scenery, all of it."""

from __future__ import annotations

from recourse_town.world import Conduct, Post

CONTROLS = (
    Post("telegram", 1, "The harbour opens at nine."),
    Post("telegram", 2, "The lighthouse is lit at dusk."),
    Post("x", "463440424141459456", "Fair wind today.", platform="x"),
    Post("x", "507185938620219395", "Fog until noon.", platform="x"),
    Post("facebook", "10154009990506729", "The ferry timetable.", platform="facebook"),
    Post("facebook", "10153231379946729", "The ferry arrives.", platform="facebook"),
    Post("instagram", "fA9uwTtkSN", "Nets drying.", platform="instagram"),
    Post("youtube", "jNQXAC9IVRw", "Gulls over the pier.", platform="youtube"),
    Post("youtube", "M7lc1UVf-VE", "The tide, an hour in a minute.", platform="youtube"),
)
TELEGRAM = "https://t.me/quietharbour/101"
X = "https://x.com/dusk_harbour/status/1864201773350010112"
FACEBOOK = "https://www.facebook.com/dusk.harbour/posts/10158826640101729"
INSTAGRAM = "https://www.instagram.com/p/DuskHarb0ur/"
YOUTUBE = "https://www.youtube.com/watch?v=dUskH4rb0ur"
COPY = "https://gallery.hostwork.example/boats/evening-light"
PLACES = (
    Post("quietharbour", 101, "Boats at the quay, evening light."),
    Post("quietharbour", 102, "The same boats in the morning."),
    Post("x", "1864201773350010112", "Boats at the quay.", Conduct.LATER, platform="x"),
    Post("x", "1864201773350010199", "The quay, for whoever visits.", platform="x"),
    Post("facebook", "10158826640101729", "The quay at dusk.", Conduct.HIDES, platform="facebook"),
    Post("instagram", "DuskHarb0ur", "Lamps on the water.", Conduct.REFUSES, platform="instagram"),
    Post("youtube", "dUskH4rb0ur", "A walk along the quay.", Conduct.SILENT, platform="youtube"),
    Post("web", "/boats/evening-light", "The quay at dusk, once more.", platform="web"),
)
