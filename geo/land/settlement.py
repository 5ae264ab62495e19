"""What a settlement unit (SP, satuan permukiman) needs by default; offices state their own."""

# 200 families and 2.9 ha gross per family: SP.1 Buluhaya (RTUPT 2011), 584.70 ha for 200 families.
# Sourced cases run from 1 to 2 ha net and about 2.0 to 3.9 ha gross per family.
HOUSEHOLDS = 200
AREA_PER_HOUSEHOLD_HA = 2.9
# The lower bound of class "siap" (ready) of the shipped readiness model.
MIN_SUITABILITY = 60.0
# Own judgement: no limit was found for settlement plans. The one access road whose length is
# published, to SP.10 Tanjung Buka, is 3.839 km long.
MAX_ROAD_DISTANCE_M = 5_000.0
# Own judgement: a strip of 430 m by 13.5 km, just large enough for 200 families, has 0.09.
MIN_COMPACTNESS = 0.1
