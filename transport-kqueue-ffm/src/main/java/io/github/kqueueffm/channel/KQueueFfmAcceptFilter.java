package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.util.internal.ObjectUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A filter that makes a listening socket report a connection only when it has sent enough (accf(9)
 * on FreeBSD and DragonFly, accept_filter(9) on NetBSD). Immutable, if a subclass is.
 */
public class KQueueFfmAcceptFilter {
  private static final String SEPARATOR = ", ";

  private final String filterName;
  private final String filterArgs;

  /** A filter without arguments. */
  public KQueueFfmAcceptFilter(String filterName) {
    this(filterName, "");
  }

  /**
   * @param filterName such as {@code dataready} or {@code httpready}; an empty one removes the
   *     filter
   * @param filterArgs the arguments, for most filters empty
   */
  public KQueueFfmAcceptFilter(String filterName, String filterArgs) {
    this.filterName = ObjectUtil.checkNotNull(filterName, "filterName");
    this.filterArgs = ObjectUtil.checkNotNull(filterArgs, "filterArgs");
  }

  /**
   * Converts a filter to this type. Netty's own type is in a jar that may be missing, so it is read
   * by its text: the name, a comma and a space, the arguments.
   */
  static KQueueFfmAcceptFilter of(Object filter) {
    if (filter instanceof KQueueFfmAcceptFilter own) {
      return own;
    }
    String text = filter.toString();
    int end = text.indexOf(SEPARATOR);
    if (end < 0) {
      throw new IllegalArgumentException(
          "not an accept filter: "
              + text
              + " ("
              + filter.getClass().getName()
              + "; expected: KQueueFfmAcceptFilter or Netty's AcceptFilter)");
    }
    return new KQueueFfmAcceptFilter(
        text.substring(0, end), text.substring(end + SEPARATOR.length()));
  }

  /** Sets this filter of a listening socket; one that does not listen yet answers EINVAL. */
  final void applyTo(KernelSocket listener) throws IOException {
    Platform platform = listener.kernel().platform();
    int level = platform.get(Constant.SOL_SOCKET);
    int option = platform.get(Constant.SO_ACCEPTFILTER);
    if (filterName.isEmpty()) {
      listener.setBytes(level, option, 0, 0);
      return;
    }
    Struct struct = platform.struct("accept_filter_arg");
    long memory = NativeMemory.allocate(struct.size());
    try {
      put(memory, struct, "af_name", filterName);
      put(memory, struct, "af_arg", filterArgs);
      listener.setBytes(level, option, memory, struct.size());
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static void put(long memory, Struct struct, String field, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    int most = struct.width(field) - 1;
    if (bytes.length > most) {
      throw new IllegalArgumentException(
          "accept filter: \""
              + value
              + "\" has "
              + bytes.length
              + " bytes, but at most "
              + most
              + " are possible");
    }
    Memory.copy(bytes, 0, memory + struct.offset(field), bytes.length);
  }

  /** The name; an empty one removes the filter. */
  public final String filterName() {
    return filterName;
  }

  /** The arguments; empty if there are none. */
  public final String filterArgs() {
    return filterArgs;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof KQueueFfmAcceptFilter filter
        && filterName.equals(filter.filterName)
        && filterArgs.equals(filter.filterArgs);
  }

  @Override
  public final int hashCode() {
    return 31 * filterName.hashCode() + filterArgs.hashCode();
  }

  /** Its name and its arguments. */
  @Override
  public final String toString() {
    return filterName + SEPARATOR + filterArgs;
  }
}
