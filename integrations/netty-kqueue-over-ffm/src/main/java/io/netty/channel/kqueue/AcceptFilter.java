package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmAcceptFilter;

/**
 * A filter that makes a listening socket report a connection only after the client has sent enough.
 */
public final class AcceptFilter extends KQueueFfmAcceptFilter {
  private static final AcceptFilter NONE = new AcceptFilter("", "");

  /** Creates a filter of that name. An empty name removes the filter. */
  public AcceptFilter(String filterName, String filterArgs) {
    super(filterName, filterArgs);
  }

  static AcceptFilter of(KQueueFfmAcceptFilter filter) {
    return switch (filter) {
      case null -> NONE;
      case AcceptFilter own -> own;
      default -> new AcceptFilter(filter.filterName(), filter.filterArgs());
    };
  }
}
