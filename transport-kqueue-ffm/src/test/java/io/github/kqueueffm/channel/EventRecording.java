package io.github.kqueueffm.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording of some of the transport's events, without thresholds. */
final class EventRecording implements AutoCloseable {
  private static final String PREFIX = "io.github.kqueueffm.";

  private final Recording recording = new Recording();

  private EventRecording() {}

  /**
   * @param names of the events, without their prefix
   */
  static EventRecording of(String... names) {
    EventRecording made = new EventRecording();
    for (String name : names) {
      made.recording.enable(PREFIX + name).withThreshold(Duration.ZERO);
    }
    made.recording.start();
    return made;
  }

  /** The events of this thread so far, in the order in which they were committed. */
  List<RecordedEvent> events(String name) throws IOException {
    long thread = Thread.currentThread().threadId();
    return all(name).stream()
        .filter(event -> event.getThread().getJavaThreadId() == thread)
        .toList();
  }

  /** Those of all threads. */
  List<RecordedEvent> all(String name) throws IOException {
    Path file = Files.createTempFile("events", ".jfr");
    try {
      recording.dump(file);
      return RecordingFile.readAllEvents(file).stream()
          .filter(event -> event.getEventType().getName().equals(PREFIX + name))
          .sorted((a, b) -> a.getEndTime().compareTo(b.getEndTime()))
          .toList();
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public void close() {
    recording.close();
  }
}
