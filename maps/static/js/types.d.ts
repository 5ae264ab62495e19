/* What the pages carry for these scripts as JSON; maps/folium/cards.py and choropleth.py write it. */

/* What is drawn: the map, its layers by name (zones, kecamatan, regencies: groups of areas; surface,
   basemap: tiles) and the page's content. */
interface Page {
  map: L.Map;
  layers: { [name: string]: any };
  data: PageData;
  context?: L.LayerGroup;
}

interface PageData {
  text: { [key: string]: string };
  bounds: number[][];
  labels?: { name: string; short: string; places: [number, number][]; width: number }[];
  classes: { [id: string]: { title: string; colour: string; unsure: string; lower: number; sureFrom: number } };
  dimensions: [string, string][];
  criteria: { [id: string]: { title: string; unit: string; dimension: string } };
  indicator: { title: string; unit: string; caveat: string };
  zones: Cards;
  kecamatan: Cards;
  regencies: Cards;
  lines: string[];
  sites?: string;
  /* By zone, why the search for sites is no main thing to do there. */
  siteDoubts?: Record<string, string>;
  quadrant?: string;
  /* What a planner can move; only on the page with the sliders. */
  weighing: {
    address: string; model: string; method: string; risk: number; coverageFloor: number; pages: string; judgements: string; labour: string[];
  };
  layer: { items: string; fields: { [name: string]: string }; key: string };
  [layer: string]: any;
}

interface Cards { [id: string]: Card }

/* The names of one map, and the lines to those that stand aside. */
interface Board { labels: any[]; lines: L.LayerGroup; timer?: number }

/* A card without a line lacks its key. */
interface Card {
  name?: string;
  place?: string;
  area?: string;
  regency?: string;
  code?: string;
  geometry?: string;
  geometryMark?: string;
  boundary?: string;
  officialStatus?: string;
  remarks?: string;
  status?: "ranked" | "insufficient_data" | "excluded" | "unassessed";
  statusText?: string;
  score?: string;
  range?: string;
  scoreAt?: number;
  scoreLow?: number;
  scoreHigh?: number;
  class?: string;
  classWords?: string;
  classChance?: number;
  candidates?: { [id: string]: number };
  band?: number;
  tied?: number;
  surelyAbove?: number;
  expected?: string;
  rank?: string;
  was?: string;
  place_in_ranking?: number;
  coverage?: string;
  coverageShare?: number;
  reason?: string;
  interval?: string;
  lifts?: string;
  holdsBack?: string;
  unchecked?: string;
  uncheckedNamed?: string;
  uncheckedNames?: string;
  /* Places in the lines that many cards share. */
  ages?: number;
  warnings?: number[];
  villages?: string;
  ground?: string[];
  groundNote?: string;
  factsNote?: string;
  dimensions?: { [id: string]: string };
  criteria?: CriterionRow[];
  constraints?: ConstraintRow[];
  sources?: string[];
  source?: string;
  sourceUrl?: string;
  via?: string;
  value?: string;
  period?: string;
  note?: string;
}

interface CriterionRow {
  id: string;
  points: number;
  most: number;
  pointsText: string;
  measure?: string;
  period?: string;
  note?: string;
  shares?: string;
}

interface ConstraintRow {
  outcome: "passed" | "failed" | "unknown";
  title: string;
  text: string;
  share?: string;
  note?: string;
}

/* A candidate site as the API answers it. */
interface Site {
  rank: number;
  zone: string;
  area_ha: number;
  households: number;
  suitability_mean: number;
  suitability_min: number;
  compactness: number;
  reasons: string;
}

/* Outlines in flat arrays: the places of ring `r` are rings[r] to rings[r + 1], the rings of feature `f`
   are ends[f] to ends[f + 1], its box is four numbers from boxes[4 f]. */
interface OutlineContent {
  count: number;
  extent: number;
  points: Int16Array | Float64Array;
  length: number;
  rings: number[];
  ends: Uint32Array;
  kinds: Uint8Array;
  rows: Uint32Array;
  boxes: Float64Array;
  name?: string;
  /* The tile that they were read from. */
  at?: { x: number; y: number; z: number };
  property(feature: number, name: string): string | null;
}
