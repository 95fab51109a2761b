import { Component, type ReactNode } from 'react';
import { ProblemAlert } from './ui';

interface Props {
  /** Where the reader is: somewhere else, the content gets another chance. */
  place: string;
  children: ReactNode;
}

/** Keeps a broken page from taking the frame around it along. */
export class Caught extends Component<Props, { error: unknown }> {
  override state = { error: null as unknown };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override componentDidUpdate(before: Props) {
    if (this.state.error && before.place !== this.props.place) this.setState({ error: null });
  }
  override render() {
    return this.state.error ? <ProblemAlert error={this.state.error} /> : this.props.children;
  }
}
