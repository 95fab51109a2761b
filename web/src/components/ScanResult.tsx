import { Check, Hourglass, ScanLine, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';

export interface Scan {
  key: number;
  input: string;
  /** warn: done, but probably not what was meant. */
  state: 'waiting' | 'good' | 'warn' | 'bad';
  title: string;
  detail?: ReactNode;
  /** Something to do about this one, such as taking it anyway. */
  action?: ReactNode;
}

const signs = { good: Check, warn: TriangleAlert, bad: X, waiting: Hourglass };
const signWords = { good: 'done', warn: 'look again', bad: 'refused', waiting: 'waiting' };

/** The last scan, to be read from a metre away: colour, sign and words. One live region, so that each change is spoken. */
export function ScanResult({ scan, idle }: { scan: Scan | undefined; idle: string }) {
  const settled = scan && scan.state !== 'waiting';
  const Sign = scan ? signs[scan.state] : ScanLine;
  return (
    <div
      className={`scan-result ${settled ? scan.state : 'idle'}`}
      role="status"
      aria-live="assertive"
      aria-atomic="true"
      data-scan={scan?.key}
    >
      <Sign size={settled ? 38 : 32} strokeWidth={settled ? 3 : 2} aria-hidden="true" />
      {settled ? (
        <div>
          <strong>{scan.title}</strong>
          <span className="mono">{scan.input}</span>
          {scan.detail && <span className="scan-detail">{scan.detail}</span>}
        </div>
      ) : (
        <div>
          <strong>{scan ? scan.input : 'Ready'}</strong>
          {scan ? 'Asking the server' : idle}
        </div>
      )}
    </div>
  );
}

function LogSign({ state }: { state: Scan['state'] }) {
  const Sign = signs[state];
  return <Sign size={18} className={state} role="img" aria-label={signWords[state]} />;
}

export function ScanLog({ scans }: { scans: Scan[] }) {
  if (scans.length === 0) return null;
  return (
    <ul className="scan-log" aria-label="Results" tabIndex={0}>
      {scans.map((scan) => (
        <li key={scan.key}>
          <LogSign state={scan.state} />
          <span>
            <span className="mono">{scan.input}</span>
            <span className="under">
              {scan.title} {scan.detail}
            </span>
          </span>
          {scan.action}
        </li>
      ))}
    </ul>
  );
}
