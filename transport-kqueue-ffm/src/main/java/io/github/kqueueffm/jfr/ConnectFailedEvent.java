package io.github.kqueueffm.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

@Name("io.github.kqueueffm.ConnectFailed")
@Label("Connect Failed")
@Category({"Netty", "KQueue FFM"})
@Description("A connect that failed, from its request to its failure")
@Threshold("0 ns")
@StackTrace(false)
final class ConnectFailedEvent extends Event implements Connect {
  private static final ConnectFailedEvent PROBE = new ConnectFailedEvent();

  @Label("Channel")
  String channel;

  @Label("Remote Address")
  String remoteAddress;

  @Label("Error")
  @Description("The name of the errno, if the kernel refused it")
  String error;

  @Label("Errno")
  @Description("The number of the error on this system, or 0")
  int errno;

  @Label("Message")
  String message;

  static boolean isOn() {
    return PROBE.isEnabled();
  }

  static ConnectFailedEvent begun() {
    ConnectFailedEvent event = new ConnectFailedEvent();
    event.begin();
    return event;
  }

  @Override
  public void failed(String channel, Object remote, String error, int errno, String message) {
    end();
    if (shouldCommit()) {
      this.channel = channel;
      this.remoteAddress = JfrEvents.text(remote);
      this.error = error;
      this.errno = errno;
      this.message = message;
      commit();
    }
  }
}
