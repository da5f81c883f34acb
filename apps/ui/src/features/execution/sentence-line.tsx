import { Elapsed, Remaining } from '@gennaker/ui-kit';
import { Link } from '@tanstack/react-router';
import { shortId } from './facts.ts';
import type { Sentence } from './sentence.ts';

/** A sentence with its "since" and "until" counting by themselves while the thing it speaks of goes on. */
export function SentenceLine({ sentence, moving }: { readonly sentence: Sentence; readonly moving: boolean }) {
  if (!sentence.text) return null;
  return (
    <span className="gk-sentence" style={{ display: 'inline' }}>
      {sentence.text}
      {moving && sentence.since !== null ? (
        <span className="gk-muted">
          {' '}
          for <Elapsed from={sentence.since} />
        </span>
      ) : null}
      {moving && sentence.deadline !== null ? (
        <span className="gk-muted">
          , {sentence.atDeadline ?? 'ends'} <Remaining until={sentence.deadline} />
        </span>
      ) : null}
      {/[.!?]$/.test(sentence.text) ? '' : '.'}
      {sentence.run ? (
        <>
          {' '}
          <Link to="/apps/$app/executions/$id" params={sentence.run}>
            Open #{shortId(sentence.run.id)}
          </Link>
        </>
      ) : null}
    </span>
  );
}
