"""What `kesiapan` gives the two ranked zones on the shipped data, in one place.

These numbers move when the ground, a figure or the model moves, and only then.
"""

CAHAYA_BARU = 82.081
CAHAYA_BARU_ID, CAHAYA_BARU_EN = "82,1", "82.1"
GULA_HABANG_ID = "60,0"
# Part of the weight that Cahaya Baru's data cover.
CAHAYA_BARU_COVERAGE = "81%"
# Under OWA at risk 0.2 and 60, 20, 10, 10 % for the dimensions.
CAHAYA_BARU_CAREFUL_ID, CAHAYA_BARU_CAREFUL_EN = "36,7", "36.7"
