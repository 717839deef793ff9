package io.github.kqueueffm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Configuration;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.Test;

/** The file with the events' settings, as a program finds it in the jar. */
class SettingsTest {
  private static final String FILE = "/META-INF/jfr/kqueue-ffm.jfc";
  private static final List<Class<? extends Event>> EVENTS =
      List.of(
          LoopTurnEvent.class,
          WakeupEvent.class,
          ConnectFailedEvent.class,
          AcceptPausedEvent.class,
          WriteWaitEvent.class,
          ChannelCloseEvent.class,
          FallbackEvent.class);

  private static Configuration configuration() throws Exception {
    try (InputStream file = JfrEvents.class.getResourceAsStream(FILE);
        Reader reader = new InputStreamReader(file, StandardCharsets.UTF_8)) {
      return Configuration.create(reader);
    }
  }

  @Test
  void fileHasTheDefaultsOfEachEvent() throws Exception {
    Map<String, String> defaults = new TreeMap<>();
    for (Class<? extends Event> event : EVENTS) {
      EventType type = EventType.getEventType(event);
      for (SettingDescriptor setting : type.getSettingDescriptors()) {
        if (setting.getName().equals("enabled") || isThreshold(type, setting)) {
          defaults.put(type.getName() + '#' + setting.getName(), setting.getDefaultValue());
        }
      }
    }
    assertThat(new TreeMap<>(configuration().getSettings())).isEqualTo(defaults);
  }

  /** An event without a duration has a threshold too, without an effect. */
  private static boolean isThreshold(EventType type, SettingDescriptor setting) {
    return setting.getName().equals("threshold")
        && !List.of("AcceptPaused", "ChannelClose", "Fallback")
            .contains(type.getName().substring("io.github.kqueueffm.".length()));
  }

  @Test
  void recordingStartsWithTheFile() throws Exception {
    try (Recording recording = new Recording(configuration())) {
      recording.start();
      assertThat(EventType.getEventType(LoopTurnEvent.class).isEnabled()).isTrue();
      assertThat(EventType.getEventType(ConnectFailedEvent.class).isEnabled()).isTrue();
    }
  }

  @Test
  void eventsAreNamedAndDescribedAsTheJdksAre() {
    for (Class<? extends Event> event : EVENTS) {
      EventType type = EventType.getEventType(event);
      String name = event.getSimpleName().replace("Event", "");
      assertThat(type.getName()).isEqualTo("io.github.kqueueffm." + name);
      assertThat(type.getLabel()).matches("[A-Z][a-z]+( [A-Z][a-z]+)*");
      assertThat(type.getDescription()).isNotBlank().doesNotEndWith(".");
      assertThat(type.getCategoryNames()).containsExactly("Netty", "KQueue FFM");
      assertThat(type.getSettingDescriptors())
          .filteredOn(setting -> setting.getName().equals("stackTrace"))
          .allMatch(setting -> setting.getDefaultValue().equals("false"));
      for (ValueDescriptor field : type.getFields()) {
        assertThat(field.getLabel()).as("%s.%s", name, field.getName()).isNotNull();
      }
    }
  }
}
