import { Check, Hourglass, ScanLine, X } from 'lucide-react';
import type { ReactNode } from 'react';

export interface Scan {
  key: number;
  input: string;
  state: 'waiting' | 'good' | 'bad';
  title: string;
  detail?: ReactNode;
  /** Something to do about this one, such as taking it anyway. */
  action?: ReactNode;
}

/** The last scan, to be read from a metre away: colour, sign and words. */
export function ScanResult({ scan, idle }: { scan: Scan | undefined; idle: string }) {
  if (!scan || scan.state === 'waiting') {
    return (
      <div className="scan-result idle" role="status">
        {scan ? <Hourglass size={32} aria-hidden="true" /> : <ScanLine size={32} aria-hidden="true" />}
        <div>
          <strong>{scan ? scan.input : 'Ready'}</strong>
          {scan ? 'Asking the server' : idle}
        </div>
      </div>
    );
  }
  return (
    <div className={`scan-result ${scan.state}`} role="status" aria-live="assertive">
      {scan.state === 'good' ? (
        <Check size={38} strokeWidth={3} aria-hidden="true" />
      ) : (
        <X size={38} strokeWidth={3} aria-hidden="true" />
      )}
      <div>
        <strong>{scan.title}</strong>
        <span className="mono">{scan.input}</span> {scan.detail}
      </div>
    </div>
  );
}

export function ScanLog({ scans }: { scans: Scan[] }) {
  if (scans.length === 0) return null;
  return (
    <ul className="scan-log" aria-label="Results" tabIndex={0}>
      {scans.map((scan) => (
        <li key={scan.key}>
          {scan.state === 'good' && <Check size={18} className="good" aria-label="done" />}
          {scan.state === 'bad' && <X size={18} className="bad" aria-label="refused" />}
          {scan.state === 'waiting' && <Hourglass size={18} aria-label="waiting" />}
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
