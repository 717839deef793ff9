package io.github.kqueueffm.channel;

import io.netty.util.internal.ObjectUtil;

/**
 * A filter that lets a listening socket report a connection only when it has sent enough (accf(9)
 * on FreeBSD and DragonFly, accept_filter(9) on NetBSD).
 *
 * @param filterName such as {@code dataready} or {@code httpready}; an empty one removes the filter
 * @param filterArgs what the filter takes, mostly nothing
 */
public record KQueueFfmAcceptFilter(String filterName, String filterArgs) {
  private static final String SEPARATOR = ", ";

  public KQueueFfmAcceptFilter {
    ObjectUtil.checkNotNull(filterName, "filterName");
    ObjectUtil.checkNotNull(filterArgs, "filterArgs");
  }

  /** A filter without arguments. */
  public KQueueFfmAcceptFilter(String filterName) {
    this(filterName, "");
  }

  /**
   * The same filter in our type. Netty's own type is in a jar that need not be there, so it is
   * known by its text: the name, a comma and a space, the arguments.
   */
  static KQueueFfmAcceptFilter of(Object filter) {
    if (filter instanceof KQueueFfmAcceptFilter own) {
      return own;
    }
    String text = filter.toString();
    int end = text.indexOf(SEPARATOR);
    if (end < 0) {
      throw new IllegalArgumentException(
          "not an accept filter: " + text + " (" + filter.getClass().getName() + ')');
    }
    return new KQueueFfmAcceptFilter(
        text.substring(0, end), text.substring(end + SEPARATOR.length()));
  }
}
