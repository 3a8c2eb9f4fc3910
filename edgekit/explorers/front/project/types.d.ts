// The shapes of the explorer of a project; global, as those of ../types.d.ts.

interface ProjectMeta extends Meta {
  columns: { name: string; title: string; kind: "number" | "text"; digits: number; width: number; worst: "high" | "low" | ""; note: string }[];
  /** The height of a row, in px. */
  row: number;
  note: string;
}
/** One column: of texts, `values` are places in `texts`, which ascend; -1 where there is none, -2 where it comes later. */
type ProjectColumn = ProjectMeta["columns"][number] & { readonly values: Numbers; readonly texts: string[]; lower: () => string[] };
interface ProjectTraits {
  _meta: ProjectMeta;
  _blob: DataView;
  _opened: string;
  _problem: string;
  sort: [] | [column: string, direction: string];
  filters: Record<string, (string | number | null)[]>;
  search: string;
  selected: number[];
  sample: number | null;
}
