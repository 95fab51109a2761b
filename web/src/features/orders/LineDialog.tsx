import { Button } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useState } from 'react';
import { api, fieldErrors, must, type Schemas } from '../../api/client';
import { ConfirmButton } from '../../components/confirm';
import { ProblemAlert } from '../../components/ui';
import { useSave } from '../../lib/save';
import { blankLine, bodyOf, draftOf, isComplete } from './lineDraft';
import { LineFields } from './LineFields';
import { orderStale } from './useOrder';

const fields = ['/variation_id', '/sku', '/quantity', '/unit_price'];

/** Adds a line, or changes or deletes one. */
export function LineDialog({
  order,
  line,
  onClose,
}: {
  order: number;
  line: Schemas['OrderLine'] | null;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState(line ? draftOf(line) : blankLine);
  const path = { id: order, line_id: line?.id ?? 0 };
  const save = useSave({
    run: () =>
      line === null
        ? must(api.POST('/orders/{id}/lines', { params: { path }, body: bodyOf(draft) }))
        : must(api.PATCH('/orders/{id}/lines/{line_id}', { params: { path }, body: bodyOf(draft) })),
    stale: orderStale,
    said: line === null ? 'Line added' : 'Line saved',
    then: onClose,
  });
  const remove = useSave({
    run: () => must(api.DELETE('/orders/{id}/lines/{line_id}', { params: { path } })),
    stale: orderStale,
    said: 'Line deleted',
    then: onClose,
  });
  return (
    <Dialog onClose={onClose} size="lg" title={line === null ? 'Add a line' : 'Change the line'}>
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <LineFields draft={draft} onChange={setDraft} at={fieldErrors(save.error)} />
        <ProblemAlert error={save.error} fields={fields} />
        <div className="row apart">
          {line === null ? (
            <span />
          ) : (
            <ConfirmButton
              label="Delete line"
              variant="outline"
              color="red.9"
              title="Delete this line?"
              deed="Delete line"
              busy={remove.isPending}
              error={remove.error}
              onConfirm={() => remove.mutate()}
            >
              Its items stay on the order as direct commits. Importing the order again does not bring the line
              back.
            </ConfirmButton>
          )}
          <div className="row">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!isComplete(draft)}>
              {line === null ? 'Add line' : 'Save line'}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}
