// The shapes of the explorer of features; global, as those in ../types.d.ts.

interface FeaturesMeta extends Meta {
  views: { name: string; axes: string[] }[];
  by: string[];
  labels: string[];
  /** The labels that have a colour of their own; the others are the last one. */
  groups: string[];
  predicted: string[];
  /** Lowest and highest of what is coloured by its number. */
  shades: Record<string, number[]>;
  note: string;
}
/** One value a window; of each view x0, y0, … */
interface FeaturesArrays {
  sample: Float64Array;
  start: Float64Array;
  end: Float64Array;
  label: Int32Array;
  group: Int32Array;
  /** 1 right, 0 wrong, -1 not known. */
  correct: Int8Array;
  predicted: Int32Array;
  shade_label?: Float64Array;
  shade_score?: Float64Array;
  heat: Uint8Array;
}
interface FeaturesTraits {
  _meta: FeaturesMeta;
  _blob: DataView;
  window: number;
  lasso: number[];
  label: string;
  by: string;
  view: string;
}
