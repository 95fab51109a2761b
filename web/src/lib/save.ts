import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { refresh } from '../api/live';

/** A write: runs, makes the named reads stale, says so in a corner. The error stays with the form. */
export function useSave<In = void, Out = unknown>(options: {
  run: (input: In) => Promise<Out>;
  stale?: string[];
  said?: string;
  then?: (out: Out, input: In) => void;
}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: options.run,
    onSuccess: (out, input) => {
      if (options.said) notifications.show({ message: options.said, color: 'green' });
      options.then?.(out, input);
      return refresh(client, ...(options.stale ?? []));
    },
  });
}
