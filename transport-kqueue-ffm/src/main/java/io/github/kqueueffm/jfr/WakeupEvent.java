package io.github.kqueueffm.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

@Name("io.github.kqueueffm.Wakeup")
@Label("Loop Wakeup")
@Category({"Netty", "KQueue FFM"})
@Description("A wakeup of an event loop that needed a system call, made by the event's thread")
@Enabled(false)
@Threshold("0 ns")
@StackTrace(false)
final class WakeupEvent extends Event implements LoopWakeup {
  private static final WakeupEvent PROBE = new WakeupEvent();

  @Label("Event Loop")
  Thread loop;

  @Label("Kind")
  @Description("timer, user or pipe")
  String kind;

  static boolean isOn() {
    return PROBE.isEnabled();
  }

  static WakeupEvent begun() {
    WakeupEvent event = new WakeupEvent();
    event.begin();
    return event;
  }

  @Override
  public void sent(Thread loop, String kind) {
    end();
    if (shouldCommit()) {
      this.loop = loop;
      this.kind = kind;
      commit();
    }
  }
}
