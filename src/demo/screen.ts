/** How the demonstration looks: 80 columns, a label for whoever speaks, colour only where it is wanted. */
const columns = 80;
const labelColumns = 13;
const indent = '    ';

export type Tone = 'plain' | 'strong' | 'quiet' | 'good' | 'bad' | 'first' | 'second';

const codes: Record<Tone, readonly [number, number] | null> = {
  plain: null,
  strong: [1, 22],
  quiet: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  first: [36, 39],
  second: [35, 39],
};

export class Screen {
  readonly #write: (text: string) => void;
  readonly #color: boolean;
  readonly #tones = new Map<string, Tone>();

  constructor(write: (text: string) => void, color: boolean) {
    this.#write = write;
    this.#color = color;
  }

  /** Gives a speaker a colour of its own. */
  cast(speaker: string, tone: Tone): void {
    this.#tones.set(speaker, tone);
  }

  title(text: string, beside: string): void {
    const gap = ' '.repeat(Math.max(1, columns - 2 - text.length - beside.length));
    this.#line(`\n ${this.#paint('strong', text)}${gap}${this.#paint('quiet', beside)}`);
    this.#line(` ${this.#paint('quiet', '─'.repeat(columns - 2))}`);
  }

  intro(text: string): void {
    this.#line(` ${this.#paint('quiet', text)}`);
  }

  step(number: number, text: string): void {
    this.#line(`\n ${this.#paint('strong', `${number}  ${text}`)}`);
  }

  /** A speaker does something: the call it makes, and what it says with it. */
  does(speaker: string, call: string, about = ''): void {
    const gap = about === '' ? '' : '  ';
    const label = this.#paint(this.#tones.get(speaker) ?? 'plain', speaker.padEnd(labelColumns));
    const room = columns - indent.length - labelColumns;
    if (call.length + gap.length + about.length <= room) {
      this.#line(`${indent}${label}${call}${gap}${this.#paint('quiet', about)}`);
    } else {
      this.#line(`${indent}${label}${call}`);
      this.#paragraph(about, 'quiet', '');
    }
  }

  /** A speaker gets the answer to what it asked earlier. */
  gets(speaker: string, text: string): void {
    const label = this.#paint(this.#tones.get(speaker) ?? 'plain', speaker.padEnd(labelColumns));
    this.#line(`${indent}${label}${this.#paint('good', '✓')} ${text}`);
  }

  /** What came of it, below the speaker's own words. */
  result(mark: '✓' | '✗' | '→' | '·', text: string): void {
    const tone: Tone = mark === '✓' ? 'good' : mark === '✗' ? 'bad' : 'quiet';
    this.#paragraph(text, mark === '✓' || mark === '✗' ? 'plain' : 'quiet', this.#paint(tone, mark));
  }

  /** A row of the summary. */
  row(name: string, value: string, remark: string): void {
    this.#line(
      `${indent}${name.padEnd(32)}${this.#paint('strong', value.padStart(9))}  ${this.#paint('quiet', remark)}`,
    );
  }

  verdict(good: boolean, text: string): void {
    this.#line(`\n ${this.#paint(good ? 'good' : 'bad', good ? '✓' : '✗')} ${this.#paint('strong', text)}`);
  }

  text(text: string, tone: Tone = 'plain'): void {
    for (const line of wrapped(text, columns - indent.length)) this.#line(`${indent}${this.#paint(tone, line)}`);
  }

  blank(): void {
    this.#line('');
  }

  #paragraph(text: string, tone: Tone, mark: string): void {
    const margin = indent + ' '.repeat(labelColumns);
    const markColumns = mark === '' ? 0 : 2;
    for (const [index, line] of wrapped(text, columns - margin.length - markColumns).entries()) {
      const lead = markColumns === 0 ? '' : index === 0 ? `${mark} ` : '  ';
      this.#line(`${margin}${lead}${this.#paint(tone, line)}`);
    }
  }

  #paint(tone: Tone, text: string): string {
    const code = codes[tone];
    return this.#color && code && text !== '' ? `\u001b[${code[0]}m${text}\u001b[${code[1]}m` : text;
  }

  #line(text: string): void {
    this.#write(`${text.trimEnd()}\n`);
  }
}

/** Breaks a text between words into lines of at most `width` characters; line breaks of its own are kept. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap(paragraph => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const last = lines[lines.length - 1] ?? '';
      if (last === '') lines[lines.length - 1] = word;
      else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}
