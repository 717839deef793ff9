package io.github.kqueueffm.selector;

/** Which events of one direction of its descriptor a {@link Registration} wants. */
public enum Interest {
  /** Nothing. */
  NONE,
  /** The next readiness, once. */
  ONE_SHOT,
  /**
   * Only the close of the peer: end of stream or reset. Unread data stays in the kernel. For
   * reading only.
   */
  PEER_CLOSE
}
