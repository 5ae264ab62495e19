"""What `kesiapan` gives the two ranked zones on the shipped data, in one place.

These numbers move when the ground, a figure or the model moves, and only then.
"""

CAHAYA_BARU = 79.685
CAHAYA_BARU_ID, CAHAYA_BARU_EN = "79,7", "79.7"
SEBAMBAN_ID, SEBAMBAN_EN = "61,4", "61.4"
# Part of the weight that Cahaya Baru's data cover.
CAHAYA_BARU_COVERAGE = "72%"
# Under OWA at risk 0.2 and 60, 20, 10, 10 % for the dimensions.
CAHAYA_BARU_CAREFUL_ID, CAHAYA_BARU_CAREFUL_EN = "35,7", "35.7"
