"""What `kesiapan` (version 3) gives two zones on the shipped data, in one place.

These numbers move when the ground, a figure or the model moves, and only then. Version 2 gave 79.685 and
61.4: it read one coarse raster as three criteria, knew of no swamp, and drew Cahaya Baru in one place.
"""

CAHAYA_BARU = 49.919
CAHAYA_BARU_ID, CAHAYA_BARU_EN = "49,9", "49.9"
CAHAYA_BARU_RANK_ID, CAHAYA_BARU_RANK_EN = "8 dari 14", "8 of 14"
SEBAMBAN_ID, SEBAMBAN_EN = "57,6", "57.6"
# The best of the fourteen.
ANGSANA_ID, ANGSANA_EN = "74,8", "74.8"
# Part of the weight that Cahaya Baru's data cover.
CAHAYA_BARU_COVERAGE = "78%"
# Under OWA at risk 0.2 and 60, 20, 10, 10 % for the dimensions.
CAHAYA_BARU_CAREFUL_ID, CAHAYA_BARU_CAREFUL_EN = "33,1", "33.1"
