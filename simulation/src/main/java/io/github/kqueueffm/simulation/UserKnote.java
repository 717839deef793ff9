package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;

/** A knote of EVFILT_USER, which a change of it triggers. */
final class UserKnote extends Knote {
  private final int trigger;
  private final int mask;
  private boolean triggered;

  UserKnote(KqueueFile queue, Kevent change) {
    super(queue, change);
    trigger = constant(Constant.NOTE_TRIGGER);
    mask = constant(Constant.NOTE_FFLAGSMASK);
    if ((change.fflags & trigger) != 0) {
      triggered = queue.world.has(Quirk.USER_TRIGGER_ALWAYS_COUNTS);
      savedFflags &= queue.world.has(Quirk.USER_TRIGGER_OF_ADD_IS_REPORTED) ? mask | trigger : mask;
    }
  }

  private int constant(Constant constant) {
    return queue.world.platform.get(constant);
  }

  @Override
  void touch(Kevent change) {
    boolean triggers = (change.fflags & trigger) != 0;
    triggered |= triggers;
    savedFflags = combine(change.fflags);
    savedData = change.data;
    udata = change.udata;
    if (change.has(change.clear)
        && !(triggers && queue.world.has(Quirk.USER_TRIGGER_ALWAYS_COUNTS))) {
      triggered = false;
      queue.deactivate(this);
    }
  }

  private int combine(int change) {
    int control = change & constant(Constant.NOTE_FFCTRLMASK);
    int bits = change & mask & ~trigger;
    if (control == constant(Constant.NOTE_FFAND)) {
      return savedFflags & bits;
    }
    if (control == constant(Constant.NOTE_FFOR)) {
      return savedFflags | bits;
    }
    return control == constant(Constant.NOTE_FFCOPY) ? bits : savedFflags;
  }

  @Override
  boolean look() {
    fflags = savedFflags;
    data = savedData;
    return triggered;
  }

  @Override
  void reset() {
    super.reset();
    triggered = false;
  }

  @Override
  void detach() {
    // It belongs to no file.
  }
}
