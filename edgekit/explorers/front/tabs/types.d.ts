// The shapes of the tabs of a result; global, as those of ../types.d.ts.

interface TabTraits {
  _meta: { title: string; tabs: string[] };
  tab: number;
}
interface ResultTraits extends TabTraits {
  /** The widget of each tab, as "IPY_MODEL_" and its id; null for a tab that was not opened yet. */
  _children: (string | null)[];
}
interface PlainTraits {
  _meta: Meta & { said: string[] };
  _blob: DataView;
}
