import { Button, Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useState } from 'react';
import { fieldErrors } from '../../api/client';
import { ConfirmButton } from '../../components/confirm';
import { ProblemAlert } from '../../components/ui';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { ColorField } from './ColorField';
import { blankEntry, entryOf, meaningWords, rowName, type Entry, type List, type Row } from './lists';

const fields = ['/title', '/name', '/color', '/position', '/initials', '/meaning'];

function ExtraFields({
  list,
  draft,
  set,
  at,
}: {
  list: List;
  draft: Entry;
  set: (change: Partial<Entry>) => void;
  at: (pointer: string) => string | undefined;
}) {
  const position = (
    <NumberInput
      label="Position"
      description="The list is in this order"
      min={0}
      max={10000}
      allowDecimal={false}
      value={draft.position}
      onChange={(v) => set({ position: typeof v === 'number' ? v : 0 })}
      error={at('/position')}
    />
  );
  if (list.extra === 'position') return position;
  if (list.extra === 'initials') {
    return (
      <>
        <TextInput
          label="Initials"
          description="For labels and narrow columns"
          required
          maxLength={10}
          value={draft.initials}
          onChange={(e) => set({ initials: e.currentTarget.value })}
          error={at('/initials')}
        />
        {position}
      </>
    );
  }
  if (list.extra !== 'flags') return null;
  return (
    <div className="stack tight">
      <Checkbox
        label="Open"
        description="Uncommitted units of its orders are outstanding and lower what channels are told"
        checked={draft.is_open}
        onChange={(e) => set({ is_open: e.currentTarget.checked })}
      />
      <Checkbox
        label="Allows commitment"
        description="Items may be committed to its orders"
        checked={draft.allow_commitment}
        onChange={(e) => set({ allow_commitment: e.currentTarget.checked })}
      />
      <Checkbox
        label="Sync to ShipStation"
        checked={draft.sync_to_shipstation}
        onChange={(e) => set({ sync_to_shipstation: e.currentTarget.checked })}
      />
      <Select
        label="Means"
        description="What it says of an order, whatever its title"
        placeholder="Nothing in particular"
        clearable
        clearButtonProps={{ 'aria-label': 'Clear the meaning' }}
        data={Object.entries(meaningWords).map(([value, label]) => ({ value, label }))}
        value={draft.meaning}
        onChange={(value) => set({ meaning: value as Entry['meaning'] })}
        error={at('/meaning')}
      />
    </div>
  );
}

export function EntryDialog({ list, row, onClose }: { list: List; row: Row | null; onClose: () => void }) {
  const me = useMe();
  const [draft, setDraft] = useState(row ? entryOf(row) : blankEntry);
  const set = (change: Partial<Entry>) => setDraft({ ...draft, ...change });
  const stale = [String(list.query.queryKey[0]), 'orders', 'order', 'items', 'channels', 'channel'];
  const save = useSave({
    run: () => (row ? list.update(row.id, draft) : list.create(draft)),
    stale,
    said: 'Saved',
    then: onClose,
  });
  const remove = useSave({
    run: () => list.remove(row?.id ?? 0),
    stale,
    said: 'Deleted',
    then: onClose,
  });
  const archive = useSave({
    run: () => list.archive?.(row?.id ?? 0, !draft.archived) ?? Promise.resolve(),
    stale,
    said: draft.archived ? 'It is offered again' : 'Archived',
    then: onClose,
  });
  const at = fieldErrors(save.error);
  return (
    <Dialog onClose={onClose} title={row ? `Change ${rowName(row)}` : `Add ${list.one}`}>
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <TextInput
          label={list.extra === 'locations' ? 'Name' : 'Title'}
          required
          maxLength={100}
          data-autofocus
          value={draft.name}
          onChange={(e) => set({ name: e.currentTarget.value })}
          error={at('/title') ?? at('/name')}
        />
        <ColorField value={draft.color} onChange={(color) => set({ color })} />
        <ExtraFields list={list} draft={draft} set={set} at={at} />
        <ProblemAlert error={save.error ?? archive.error} fields={fields} />
        <div className="row apart">
          <div className="row">
            {row && list.archive && (
              <Button variant="default" loading={archive.isPending} onClick={() => archive.mutate()}>
                {draft.archived ? 'Take back' : 'Archive'}
              </Button>
            )}
            {row && me.can('settings', 'full') && (
              <ConfirmButton
                label="Delete"
                variant="outline"
                color="red.9"
                title={`Delete ${rowName(row)}?`}
                deed="Delete"
                busy={remove.isPending}
                error={remove.error}
                onConfirm={() => remove.mutate()}
              >
                Only a {list.one} that nothing refers to can go{list.archive && '; archive the others'}.
              </ConfirmButton>
            )}
          </div>
          <div className="row">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={draft.name.trim() === ''}>
              Save
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}
