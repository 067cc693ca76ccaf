import { Level, levelOf } from './levels';

/** What a line belongs to. */
export interface IPlaceInBlock {
  /** The line that the block begins with. */
  readonly head: number;
  /** The level of the whole block. */
  readonly level: Level | null;
}

interface IBlock {
  head: number;
  level: Level | null;
  /** `open`: inside a traceback. `ended`: behind its last line, where another one may be chained to it. */
  traceback: 'none' | 'open' | 'ended';
}

const BEGIN = /^(?:Traceback \(most recent call last\):|Fatal Python error: )/;
const CHAIN =
  /^(?:During handling of the above exception|The above exception was the direct cause|Traceback \(most recent call last\):)/;
const THREAD = /^(?:Current thread|Thread) 0x|^Extension modules: /;
const INDENTED = /^\s+\S/;

/**
 * Keeps together what one call printed: a record with its indented lines, a traceback with the record before it
 * that announces it and with those chained to it. Lines of one attempt and stream follow each other, whatever others
 * print in between.
 */
export class Blocks {
  /** Take the next line of a source. */
  add(source: string, number: number, text: string): IPlaceInBlock {
    const block = this.open.get(source);
    if (block && this.continues(block, text)) {
      return block;
    }
    const begins = BEGIN.test(text);
    const fresh: IBlock = {
      head: number,
      level: levelOf(text),
      traceback: begins ? 'open' : 'none'
    };
    this.open.set(source, fresh);
    return fresh;
  }

  private continues(block: IBlock, text: string): boolean {
    switch (block.traceback) {
      case 'open':
        if (
          INDENTED.test(text) ||
          text === '' ||
          CHAIN.test(text) ||
          THREAD.test(text)
        ) {
          return true;
        }
        // The exception itself; its message may go on in further lines, which nothing marks as such.
        block.traceback = 'ended';
        return true;
      case 'ended':
        if (CHAIN.test(text)) {
          block.traceback = 'open';
          // "During handling …" stands alone; the traceback comes after it.
          return true;
        }
        return text === '' || INDENTED.test(text);
      case 'none':
        if (BEGIN.test(text) && block.level === 'error') {
          // logging.exception(): the record that says what failed, then why.
          block.traceback = 'open';
          return true;
        }
        return INDENTED.test(text);
    }
  }

  private readonly open = new Map<string, IBlock>();
}
