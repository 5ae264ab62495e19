"""What a settlement unit (SP, satuan permukiman) needs by default; offices state their own."""

# A settlement unit has 300 to 500 families (SP-Pugar and plans of kawasan). Sourced cases run from 1
# to 2 ha net and about 2.0 to 3.9 ha gross per family: 2.92 in SP.1 Buluhaya (RTUPT 2011).
HOUSEHOLDS = 300
AREA_PER_HOUSEHOLD_HA = 2.9
# The lower bound of class "siap" (ready) of the shipped readiness model.
MIN_SUITABILITY = 60.0
# Own judgement: no limit was found for settlement plans. The one access road whose length is
# published, to SP.10 Tanjung Buka, is 3.839 km long.
MAX_ROAD_DISTANCE_M = 5_000.0
# Own judgement: a strip of 430 m by 13.5 km, just large enough for 200 families, has 0.09.
MIN_COMPACTNESS = 0.1
# Own judgement: maps that can show one settlement must decide two thirds of what is asked of land; else
# a site is where a coarse cell happens to lie. More than the road alone (54 % in the shipped model).
LEAST_FINE_SHARE = 2 / 3
