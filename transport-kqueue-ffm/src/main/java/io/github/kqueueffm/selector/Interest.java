package io.github.kqueueffm.selector;

/** What a {@link Registration} wants to hear of one direction of its descriptor. */
public enum Interest {
  /** Nothing. */
  NONE,
  /** The next readiness, once. */
  ONE_SHOT,
  /**
   * Nothing but the peer's going away: end of stream or reset, with the unread data left in the
   * kernel. For reading only.
   */
  PEER_CLOSE
}
