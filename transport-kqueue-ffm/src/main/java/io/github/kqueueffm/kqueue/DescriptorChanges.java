package io.github.kqueueffm.kqueue;

/** What a change of EVFILT_READ or EVFILT_WRITE does. */
final class DescriptorChanges {
  /** From this low-water mark on only the end of the stream is waited for. */
  private static final long SENTINEL_LOWAT = Integer.MAX_VALUE;

  private final Numbers n;
  private final Registry registry;

  DescriptorChanges(Numbers numbers, Registry registry) {
    this.n = numbers;
    this.registry = registry;
  }

  /** Returns 0 or the negative errno. */
  int apply(boolean read, long ident, int flags, int fflags, long data, long udata) {
    if (ident < 0 || ident > Integer.MAX_VALUE) {
      return -n.ebadf;
    }
    boolean adds = (flags & (n.add | n.delete)) == n.add;
    Descriptor descriptor = adds ? registry.findOrCreate((int) ident) : registry.find((int) ident);
    if (descriptor == null || descriptor.own) {
      return adds ? -n.ebadf : -n.enoent;
    }
    Knote knote = read ? descriptor.read : descriptor.write;
    if (!adds && !knote.present) {
      return -n.enoent;
    }
    if ((flags & n.delete) != 0) {
      return delete(descriptor, knote);
    }
    return set(descriptor, knote, flags, fflags, data, udata);
  }

  private int delete(Descriptor descriptor, Knote knote) {
    knote.present = false;
    disarmIdle(descriptor, knote);
    return 0;
  }

  private int place(
      Descriptor descriptor, Knote knote, Knote.Kind kind, boolean enabled, long udata) {
    boolean edge = kind == Knote.Kind.EDGE;
    // A disabled one is registered too, as the answer for a bad descriptor has to be an error.
    if (descriptor.registered || !edge || !enabled && !knote.present) {
      int need = enabled ? registry.bits(knote.isRead, kind) : 0;
      int result = registry.register(descriptor, knote, need, udata);
      if (result < 0) {
        return result;
      }
    }
    return edge && enabled ? registry.armEdge(descriptor, knote) : 0;
  }

  /** The main epoll learns it when it reports what is not armed; of EPOLLOUT before it waits. */
  private void disarmIdle(Descriptor descriptor, Knote knote) {
    boolean edge = knote.present && knote.enabled && knote.kind == Knote.Kind.EDGE;
    if (!edge) {
      registry.edges(knote.isRead).disarm(descriptor, knote);
    }
    if (!knote.isRead && knote.armedBits() == 0) {
      registry.writeDisarmed(descriptor);
    }
  }

  private int set(
      Descriptor descriptor, Knote knote, int flags, int fflags, long data, long udata) {
    boolean adds = (flags & n.add) != 0;
    // As on the BSDs, the flags of an existing knote stay.
    int lasting = knote.present ? knote.flags : flags & n.lasting;
    boolean lowat = adds && (fflags & n.lowat) != 0;
    if (lowat && !isSentinel(knote, lasting, data)
        || (flags & (n.enable | n.disable)) == (n.enable | n.disable)) {
      return -n.einval;
    }
    boolean sentinel = lowat || !adds && knote.isSentinel();
    Knote.Kind kind = kind(lasting, sentinel);
    boolean enabled = knote.present ? stillEnabled(knote, flags) : (flags & n.disable) == 0;

    boolean known = descriptor.registered || knote.inEdges;
    int result = place(descriptor, knote, kind, enabled, udata);
    if (known && n.isGone(result)) {
      // The descriptor was closed without a word: this is another one without knotes, or none.
      return adds ? set(descriptor, knote, flags, fflags, data, udata) : -n.enoent;
    }
    if (result < 0) {
      return result;
    }
    knote.present = true;
    knote.enabled = enabled;
    knote.kind = kind;
    knote.bits = registry.bits(knote.isRead, kind);
    knote.flags = lasting;
    knote.spent &= !adds;
    knote.udata = udata;
    knote.confirmed |= descriptor.registered;
    disarmIdle(descriptor, knote);
    return 0;
  }

  private boolean isSentinel(Knote knote, int lasting, long data) {
    return knote.isRead && (lasting & n.clear) != 0 && data >= SENTINEL_LOWAT;
  }

  private Knote.Kind kind(int lasting, boolean sentinel) {
    if (sentinel) {
      return Knote.Kind.SENTINEL;
    }
    // A one-shot is gone once it was reported, so EV_CLEAR has nothing to say.
    return (lasting & (n.clear | n.oneshot)) == n.clear ? Knote.Kind.EDGE : Knote.Kind.LEVEL;
  }

  private boolean stillEnabled(Knote knote, int flags) {
    return (flags & n.enable) != 0 || knote.enabled && (flags & n.disable) == 0;
  }
}
