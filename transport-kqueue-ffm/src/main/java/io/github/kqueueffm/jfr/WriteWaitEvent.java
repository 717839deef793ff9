package io.github.kqueueffm.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

@Name("io.github.kqueueffm.WriteWait")
@Label("Write Wait")
@Category({"Netty", "KQueue FFM"})
@Description("A write's wait until its socket, or the receiver, has room")
@Threshold("20 ms")
@StackTrace(false)
final class WriteWaitEvent extends Event implements WriteWait {
  private static final WriteWaitEvent PROBE = new WriteWaitEvent();

  @Label("Channel")
  String channel;

  @Label("Local Address")
  String localAddress;

  @Label("Remote Address")
  String remoteAddress;

  @Label("Pending")
  @Description("The bytes in the channel's outbound buffer when the wait began")
  @DataAmount
  long pending;

  @Label("Closed")
  @Description("Whether the channel closed before there was room")
  boolean closed;

  static boolean isOn() {
    return PROBE.isEnabled();
  }

  static WriteWaitEvent begun(long pending) {
    WriteWaitEvent event = new WriteWaitEvent();
    event.pending = pending;
    event.begin();
    return event;
  }

  @Override
  public void ended(String channel, Object local, Object remote, boolean closed) {
    end();
    if (shouldCommit()) {
      this.channel = channel;
      this.localAddress = JfrEvents.text(local);
      this.remoteAddress = JfrEvents.text(remote);
      this.closed = closed;
      commit();
    }
  }
}
