// The shapes that several files of this folder pass on. Global, so that no file has to import them.

/** The widget's model, as anywidget hands it over; `Traits` are those that Python's class has. */
interface Model<Traits> extends Messenger {
  get<Name extends keyof Traits>(name: Name): Traits[Name];
  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void;
  save_changes(): void;
  widget_manager?: Manager;
}
interface Listened {
  on(event: string, listener: (...sent: any[]) => void): void;
  off(event: string, listener: (...sent: any[]) => void): void;
}
/** What the model sends to Python beside the traits, and hears of as "msg:custom"; an exported page has no `send`. */
interface Messenger extends Listened {
  send?(message: Record<string, unknown>): void;
}
/** What makes views of other widgets in JupyterLab; an exported page has none. */
interface Manager {
  get_model(id: string): Promise<unknown>;
  create_view(model: unknown): Promise<{ el: HTMLElement; remove(): void }>;
}
/** What anywidget calls to show an explorer; the function it returns ends what was begun. */
type Render<Traits> = (view: { model: Model<Traits>; el: HTMLElement }) => (() => void) | void;

/** Where each array lies in the one binary trait. */
type Layout = Record<string, { type: string; offset: number; length: number }>;
type Numbers = Float64Array | Float32Array | Int32Array | Int8Array | Uint8Array;
type NumbersType =
  | Float64ArrayConstructor | Float32ArrayConstructor | Int32ArrayConstructor | Int8ArrayConstructor | Uint8ArrayConstructor;

// --- drawing ---
/** A cleared canvas to draw on, sizes in CSS pixels. */
interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
}
/** What drawing a line needs of a context. */
type Drawing = Pick<CanvasRenderingContext2D, "beginPath" | "moveTo" | "lineTo" | "stroke" | "fill" | "setLineDash">;
type Envelope = ReturnType<typeof import("./shared/envelope.js").envelope>;
type Palette = ReturnType<typeof import("./shared/theme.js").palette>;
/** A stretch of time, in ms. */
interface Stretch {
  low: number;
  high: number;
}
interface TimeScale {
  room: number;
  x(ms: number): number;
  ms(x: number): number;
}
interface ScoreAxis extends Stretch {
  bend(value: number): number;
  places(count: number): number[];
  texts(places: number[]): string[];
  share(value: number): number;
  at(share: number): number;
}

/** A kind's colour on a light and on a dark ground, and its marker, by matplotlib's letter (edgekit/colours.py). */
interface Look {
  light: string;
  dark: string;
  marker: string;
}
/** The look of a kind, with its marker: its corners and its sign in texts. */
interface KindLook extends Look {
  corners: number[][];
  sign: string;
}
interface Looks {
  series: Look[];
  dashes: number[][];
  kinds: Record<string, KindLook>;
  shade: { light: number; dark: number };
}
/** Scores apart by what they should be; `all` also those of which it is not known. */
interface ByTruth {
  normal: Float64Array;
  anomalous: Float64Array;
  all: Float64Array;
}
interface ThresholdTraits {
  threshold: number | null;
}
interface ComparedTraits extends ThresholdTraits {
  /** A second one, marked and counted beside the first. */
  compared: number | null;
}
interface MarkedThreshold {
  value: number;
  name: string;
}
type Stop = "alarms" | "events" | "false alarms" | "misses";
type AxisNames = Record<"expected" | "predicted" | "error" | "probability" | "right", string>;
/** What every explorer is sent beside its arrays. */
interface Meta {
  title: string;
  layout: Layout;
  looks: Looks;
  /** How much is shown at most: edgekit/explorers/most_shown.py. */
  most: { bars: number; names: number; errors: number; markers: number; dots: number };
  /** Names of axes: edgekit/axis_names.py. */
  axis_names: AxisNames;
  later: boolean;
}

// --- explorers of pictures ---
/** Files of pictures, one after the other; picture i from `image_at[i]` to `image_at[i + 1]`. */
interface ImageArrays {
  images: Uint8Array<ArrayBuffer>;
  image_at: Int32Array;
}
/** What the strip of pictures shows: which, in this order, and the bar of each, as a share of the height. */
interface StripNow {
  pictures: ArrayLike<number>;
  chosen: number;
  bar(picture: number): { share: number; colour: string };
  /** What the bars depend on, beside the pictures' order: they are drawn anew when it changes. */
  follows: unknown[];
  /** Where a line goes across all bars, as a share of the height. */
  line?: number;
  caption: string;
}

// --- explorers over time ---
interface TimelineSample {
  start: number;
  end: number;
  name: string;
  label: string;
}
interface TimelineMeta extends Meta {
  end: number;
  /** Whether anything lasts: pictures and single readings have no time. */
  timed: boolean;
  /** Which share of the readings came, where not all of them did; else empty. */
  shown: string;
  axes: string[];
  names: string[];
  unit: string;
  ranges: [least: number | null, most: number | null][];
  samples: TimelineSample[];
  /** The labels that hold somewhere, by `label_code`. */
  label_names: string[];
}
interface AxesTraits {
  axes: string[];
}
interface TimelineTraits extends AxesTraits {
  span: number[];
}
interface TimelineArrays {
  time: Float64Array;
  signal: Float32Array;
  breaks: Int32Array;
  /** Ranges of labels, in order of time. */
  label_from: Float64Array;
  label_to: Float64Array;
  label_code: Int32Array;
}

/** How the samples were cut: how many windows of each, how long, and from one's start to the next one's, in ms. */
interface Cuts {
  count: Int32Array;
  size: Float64Array;
  increase: Float64Array;
}
/** Of each window, made of these. */
interface LaidOut {
  sample: Int32Array;
  start: Float64Array;
  stop: Float64Array;
}

interface SignalTraits extends TimelineTraits {
  _meta: TimelineMeta;
  _blob: DataView;
  time_ms: number;
}

interface AnomalyMeta extends TimelineMeta {
  /** The block's own threshold. */
  own: number | null;
  score: string;
  sense: string;
  longest: number;
  lowest: number;
  highest: number;
  expected: string[];
  labels: string[];
  features: string[];
  part: string;
  /** What each component or cluster stands for, where training windows are known. */
  part_names: Record<number, string>;
  note: string;
}
/** One value a window, but `size`, `increase` and `first`, which have one a sample. */
interface ScoreArrays {
  score: Float64Array;
  truth: Int8Array;
  sample: Int32Array;
  start: Float64Array;
  middle: Float64Array;
  size: Float64Array;
  increase: Float64Array;
  first: Int32Array;
}
interface AnomalyArrays extends TimelineArrays, Cuts, ScoreArrays {
  /** The windows that what follows is of; empty where it is of all. */
  listed: Int32Array;
  expected: Int32Array;
  probabilities: Float32Array;
  shares: Float32Array;
  part: Int32Array;
  signed?: Float64Array;
}
interface AnomalyTraits extends TimelineTraits, ComparedTraits {
  _meta: AnomalyMeta;
  _blob: DataView;
  window: number;
  log_scale: boolean;
  stops: Stop;
}

// --- regressions ---
interface RegressionMeta extends TimelineMeta {
  /** The block's own threshold. */
  own: number | null;
  lowest: number;
  highest: number;
  /** The largest error that there is room for. */
  widest: number;
  figures: { name: string; value: number; low: number | null; high: number | null }[];
  /** Whether any sample is a picture that came. */
  pictures: boolean;
  note: string;
}
/** One value a window, but `worst`: the windows that have an error, the largest first. */
interface RegressionArrays extends TimelineArrays, ImageArrays, Cuts, LaidOut {
  expected: Float64Array;
  predicted: Float64Array;
  worst: Int32Array;
}
interface RegressionTraits extends AxesTraits, ComparedTraits {
  _meta: RegressionMeta;
  _blob: DataView;
  window: number;
  threshold: number;
}
/** Where points stand, in CSS pixels. */
interface Points {
  x: Float32Array;
  y: Float32Array;
}
interface PanelScale extends Stretch {
  bottom: number;
  top: number;
  floor: number;
  room: number;
  x(value: number): number;
  y(value: number): number;
  value(y: number): number;
}

// --- visual anomalies ---
/** A picture's cells, row by row from the top left; NaN for a cell without a score. */
interface Grid {
  rows: number;
  columns: number;
  scores: Float64Array;
}
type VisualShow = "all" | "flagged" | "false alarms" | "misses";
interface Verdict {
  flagged: boolean;
  wrong: "" | "false alarm" | "missed";
}
/** What each side of a histogram shows: of one, of several. */
type Kinds = Record<"all" | "normal" | "anomalous", [thing: string, things: string]>;
interface VisualMeta extends Meta {
  /** The block's own threshold. */
  own: number | null;
  lowest: number;
  highest: number;
  /** How the cells became a picture's score; empty where the server does not say. */
  method: string;
  cell_kinds: Kinds;
  picture_kinds: Kinds;
  /** Which call sends the grids of cells. */
  sends_cells: string;
  pictures: { name: string; shape: number; expected: string }[];
  note: string;
}
/** One value a picture: `score`, `truth`, `rows`, `columns`; one a cell: `cell`, `cell_truth`; places are ratios. */
interface VisualArrays extends ImageArrays {
  score: Float64Array;
  truth: Int8Array;
  rows: Int32Array;
  columns: Int32Array;
  cell: Float64Array;
  cell_truth: Int8Array;
  box_place: Float64Array;
  box_score: Float64Array;
  box_at: Int32Array;
  truth_place: Float64Array;
  truth_at: Int32Array;
  heat: Uint8Array;
}
interface VisualTraits extends ComparedTraits {
  _meta: VisualMeta;
  _blob: DataView;
  picture: number;
  cell: [] | [row: number, column: number];
  opacity: number;
  show: VisualShow;
  log_scale: boolean;
}

// --- classification ---
type Answer = "right" | "wrong" | "uncertain" | "";
/** One value a window: places among the labels (-1 where missing), the highest probability, the sample's id. */
interface LabelledArrays {
  expected: Int32Array | Int8Array;
  highest: Int32Array | Int8Array;
  confidence: Float64Array;
  id: Float64Array;
}
interface WindowFilters {
  threshold: number;
  expected: number;
  predicted: number;
  label: number;
  sample: number | null;
  show: string;
}
interface ClassificationMeta extends TimelineMeta {
  /** The block's own threshold. */
  own: number | null;
  labels: string[];
  known: string[];
  ids: number[];
  categories: string[];
  orders: string[];
  judged: boolean;
  pictures: boolean;
  uncertain: string;
  note: string;
}
interface ClassificationArrays extends TimelineArrays, LabelledArrays, ImageArrays, Cuts, LaidOut {
  /** The windows that the probabilities are of; empty where they are of all. */
  listed: Int32Array;
  probabilities: Float32Array;
  mistakes: Int32Array;
  /** Missing until it has come. */
  doubtful?: Int32Array;
  curve: Float64Array;
}
interface ClassificationTraits extends ComparedTraits {
  _meta: ClassificationMeta;
  _blob: DataView;
  window: number;
  threshold: number;
  matrix_cell: string[];
  label: string;
  sample: number | null;
  show: "all" | Answer;
  order: string;
  axes: string[];
}
