/** What a reader takes for one character, and how many cells of a terminal it fills. Made when first needed: most output is plain ASCII. */

let segmenter: Intl.Segmenter | undefined;
let patterns: { readonly zeroWidth: RegExp; readonly doubleWidth: RegExp } | undefined;

export function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Combining marks and joiners take no cell; East Asian wide and emoji characters take two (Unicode Standard Annex 11). */
export function graphemeWidth(grapheme: string): number {
  patterns ??= {
    zeroWidth: /^[\p{Mn}\p{Me}\p{Cf}]+$/u,
    doubleWidth:
      /^(?:\p{Emoji_Presentation}|.\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])/u,
  };
  if (patterns.zeroWidth.test(grapheme)) return 0;
  return patterns.doubleWidth.test(grapheme) ? 2 : 1;
}
