import { Button } from '@mantine/core';
import { useState } from 'react';
import { api, fieldErrors, ifMatch, must } from '../../api/client';
import { Dialog } from '../../components/dialogs';
import { VariationPicker } from '../../components/pickers';
import { ProblemAlert } from '../../components/ui';
import { useSave } from '../../lib/save';
import { stale } from './stale';

/** One phone that stands twice in the catalog: this entry goes, the other takes over what refers to it. */
export function MergeButton({
  id,
  etag,
  onMerged,
}: {
  id: number;
  etag: string | null;
  onMerged: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [into, setInto] = useState<number | null>(null);
  const merge = useSave({
    run: () =>
      must(
        api.POST('/variations/{id}/merge', {
          params: { path: { id }, header: ifMatch(etag) },
          body: { into: into ?? 0 },
        }),
      ),
    stale,
    said: 'Variations merged',
    then: onMerged,
  });
  const at = fieldErrors(merge.error);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Merge
      </Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title="Merge into another variation">
          <div className="stack">
            <p>
              Items, order lines and listing connections of this variation become those of the other, and this
              one is deleted. It cannot be undone.
            </p>
            <VariationPicker
              label="The one that stays"
              value={into}
              onChange={setInto}
              error={at('/into')}
              autoFocus
              required
            />
            <ProblemAlert error={merge.error} fields={['/into']} />
            <div className="row end">
              <Button variant="default" onClick={() => setOpen(false)}>
                Cancel
              </Button>
              <Button
                color="red.9"
                loading={merge.isPending}
                disabled={into === null || into === id}
                onClick={() => merge.mutate()}
              >
                Merge
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
