// The shapes of the detection explorer. Global, as those of ../types.d.ts.

/** A truth or a prediction, places as ratios of the picture; `label` -1 is a label that the model does not know. */
interface Placed {
  x: number;
  y: number;
  w: number;
  h: number;
  label: number;
}
interface Detected extends Placed {
  index: number;
  score: number;
  name: string;
}
type Side = "prediction" | "truth";
interface Matched {
  kind: string;
  partner: number;
  distance: number;
}
/** What `matchKinds` returns. */
interface Matching {
  predictions: Matched[];
  truths: Matched[];
  near: number[];
}
interface Counts {
  tp: number;
  fp: number;
  fn: number;
}
interface DetectionMeta extends Meta {
  /** What two models are called that stand side by side; empty for one. The second one's objects follow in the arrays. */
  models: string[];
  boxes: boolean;
  far: number;
  /** The block's own threshold of scores. */
  own: number | null;
  cells: [across: number, down: number] | null;
  figure: string;
  counting: Counting[];
  labels: string[];
  unknown: string;
  unnamed: string[];
  pictures: { name: string; shape: number; server: number | null }[];
  note: string;
}
/** As `edgekit.detection.COUNTINGS` names them. */
type Counting = "Studio" | "one-to-one";
interface DetectionArrays extends ImageArrays {
  truth_place: Float64Array;
  truth_label: Int32Array;
  truth_at: Int32Array;
  prediction_place: Float64Array;
  prediction_label: Int32Array;
  prediction_at: Int32Array;
  prediction_score: Float64Array;
}
interface DetectionTraits {
  _meta: DetectionMeta;
  _blob: DataView;
  picture: number;
  threshold: number;
  min_distance: number;
  min_iou: number;
  chosen: [] | [side: Side, index: number];
  cells: boolean;
}
