import type { Schemas } from '../../api/client';

/** The kinds of order warnings, in two or three words each. */
export const warningWords: Record<Schemas['OrderWarning']['code'], string> = {
  unknown_sku: 'Unknown SKU',
  overcommitted: 'Overcommitted',
  closed_uncommitted: 'Closed, uncommitted',
  canceled_committed: 'Canceled, committed',
  direct_commit_line_open: 'Direct commit, line open',
  cancel_requested: 'Buyer asks to cancel',
  status_not_mapped: 'Status not mapped',
};
