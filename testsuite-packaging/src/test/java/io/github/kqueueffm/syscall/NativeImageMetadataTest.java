package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.kqueueffm.channel.KQueueFfm;
import io.netty.channel.Channel;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandles;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What native-image has to know: {@code reachability-metadata.json} has each call that the code
 * links, on whichever platform, each resource that it reads, and each member that is found by name.
 */
class NativeImageMetadataTest {
  private static final String FILE =
      "META-INF/native-image/io.github.kqueueffm/netty-transport-kqueue-ffm/"
          + "reachability-metadata.json";

  private static JsonNode metadata;
  private static JavaClasses code;

  @BeforeAll
  static void read() throws Exception {
    try (JarFile file = jar()) {
      ZipEntry entry = file.getEntry(FILE);
      assertThat(entry).as("%s in %s", FILE, file.getName()).isNotNull();
      metadata = new ObjectMapper().readTree(file.getInputStream(entry));
      code = new ClassFileImporter().importJar(file);
    }
  }

  /** The transport's jar. The phases before package have none. */
  private static JarFile jar() throws Exception {
    URL place = KQueueFfm.class.getProtectionDomain().getCodeSource().getLocation();
    assertThat(place.getPath()).endsWith(".jar");
    return new JarFile(Path.of(place.toURI()).toFile());
  }

  /** A call as the linker gets it. */
  private record Linked(FunctionDescriptor descriptor, Set<Linker.Option> options) {}

  @Test
  void hasExactlyTheCallsThatTheCodeLinks() {
    Set<Linked> linked =
        Arrays.stream(Shape.values())
            .map(shape -> new Linked(Foreign.descriptor(shape), Set.of(Foreign.options(shape))))
            .collect(Collectors.toSet());
    List<Linked> listed =
        elements(metadata.at("/foreign/downcalls")).map(NativeImageMetadataTest::linked).toList();
    assertThat(listed).doesNotHaveDuplicates().hasSameElementsAs(linked);
    assertThat(metadata.get("foreign").fieldNames()).toIterable().containsExactly("downcalls");
  }

  private static Linked linked(JsonNode downcall) {
    MemoryLayout[] parameters =
        elements(downcall.get("parameterTypes"))
            .map(NativeImageMetadataTest::layout)
            .toArray(MemoryLayout[]::new);
    Set<Linker.Option> options = new HashSet<>();
    JsonNode given = downcall.path("options");
    assertThat(given.fieldNames()).toIterable().isSubsetOf("captureCallState", "firstVariadicArg");
    if (given.path("captureCallState").asBoolean()) {
      options.add(Linker.Option.captureCallState("errno"));
    }
    if (given.has("firstVariadicArg")) {
      options.add(Linker.Option.firstVariadicArg(given.get("firstVariadicArg").asInt()));
    }
    return new Linked(
        FunctionDescriptor.of(layout(downcall.get("returnType")), parameters), options);
  }

  private static MemoryLayout layout(JsonNode name) {
    MemoryLayout layout = Linker.nativeLinker().canonicalLayouts().get(name.asText());
    assertThat(layout).as("%s", name).isNotNull();
    return layout;
  }

  /** So no call is linked that is not a {@link Shape}, and none from C to Java. */
  @Test
  void everythingIsLinkedByItsShape() {
    Set<String> linking =
        calls(call ->
                call.getTargetOwner().isAssignableTo(Linker.class)
                    && call.getName().matches("downcallHandle|upcallStub"))
            .map(call -> call.getName() + " by " + origin(call))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(linking).containsExactly("downcallHandle by Foreign.link");
  }

  @Test
  void hasEveryResourceOfTheJarThatTheCodeReads() throws Exception {
    List<String> globs =
        elements(metadata.get("resources")).map(entry -> entry.get("glob").asText()).toList();
    Set<String> unlisted = new TreeSet<>();
    Set<String> used = new HashSet<>();
    try (JarFile file = jar()) {
      for (JarEntry entry : Collections.list(file.entries())) {
        String name = entry.getName();
        List<String> matching = globs.stream().filter(glob -> matches(glob, name)).toList();
        used.addAll(matching);
        if (matching.isEmpty() && !entry.isDirectory() && !isForOthers(name)) {
          unlisted.add(name);
        }
      }
    }
    assertThat(unlisted).isEmpty();
    used.addAll(globs.stream().filter(NativeImageMetadataTest::isOfNetty).toList());
    assertThat(used).containsExactlyInAnyOrderElementsOf(globs);
  }

  private static boolean matches(String glob, String name) {
    String expression =
        Arrays.stream(glob.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("[^/]*"));
    return name.matches(expression);
  }

  /** Classes, and files for people, the JVM, JFR, Maven or native-image. */
  private static boolean isForOthers(String name) {
    return name.endsWith(".class")
        || name.equals("META-INF/MANIFEST.MF")
        || name.equals("META-INF/jfr/kqueue-ffm.jfc")
        || name.equals("META-INF/LICENSE")
        || name.equals("META-INF/NOTICE")
        || name.startsWith("META-INF/maven/")
        || name.equals(FILE);
  }

  private static boolean isOfNetty(String name) {
    return name.startsWith("io/netty/") && Channel.class.getResource('/' + name) != null
        || name.equals("META-INF/io.netty.versions.properties");
  }

  @Test
  void hasEveryChannelThatABootstrapCanMake() {
    Set<String> channels =
        code.stream()
            .filter(type -> type.isAssignableTo(Channel.class))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .filter(type ->
                type.getConstructors().stream()
                    .anyMatch(constructor -> constructor.getParameters().isEmpty()))
            .map(JavaClass::getName)
            .collect(Collectors.toSet());
    assertThat(channels).hasSize(6);
    Set<String> listed =
        elements(metadata.get("reflection"))
            .filter(entry -> entry.path("methods").toString().contains("<init>"))
            .map(entry -> entry.get("type").asText())
            .collect(Collectors.toSet());
    assertThat(listed).containsAll(channels);
  }

  /** A new one has to be added to the metadata, and then here. */
  @Test
  void codeThatLooksForClassesMembersOrResourcesByNameIsKnown() {
    Set<String> seekers =
        calls(NativeImageMetadataTest::isByName)
            .map(call -> origin(call) + ": " + call.getName())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(seekers)
        .containsExactly(
            "ClassPath.has: getResource",
            "ClassPath.resources: getResources",
            "ClassPath.sees: loadClass",
            "ClassPath.unavailable: forName",
            "ClassPath.unavailable: getMethod",
            "DefaultRegionFields.<clinit>: findVarHandle",
            "Doctor.machine: forName",
            "Doctor.machine: getDeclaredConstructor",
            "JfrEvents.isPresent: forName",
            "KQueueFfm.diagnose: forName",
            "KQueueFfm.diagnose: getDeclaredConstructor",
            "KQueueFfm.load: forName",
            "KQueueFfm.load: getDeclaredConstructor",
            "LoopCounts.<clinit>: findVarHandle",
            "NettyVersions.version: forName",
            "PlatformFile.load: getResourceAsStream");
  }

  private static boolean isByName(JavaCall<?> call) {
    JavaClass owner = call.getTargetOwner();
    if (owner.isEquivalentTo(MethodHandles.Lookup.class)) {
      return call.getName().matches("find.*|unreflect.*");
    }
    return (owner.isEquivalentTo(Class.class) || owner.isAssignableTo(ClassLoader.class))
        && call.getName()
            .matches("forName|loadClass|getResource.*|get(Declared)?(Method|Field|Constructor)s?");
  }

  @Test
  void everyMemberThatItNamesExists() throws Exception {
    List<String> checked = new ArrayList<>();
    for (JsonNode entry : metadata.get("reflection")) {
      String name = entry.get("type").asText();
      if (name.startsWith("io.netty.handler.")) {
        // Of jars that the transport does not depend on.
        continue;
      }
      Class<?> type = Class.forName(name, false, KQueueFfm.class.getClassLoader());
      for (JsonNode field : entry.path("fields")) {
        assertThat(type.getDeclaredField(field.get("name").asText())).isNotNull();
        checked.add(name);
      }
      for (JsonNode method : entry.path("methods")) {
        assertThat(method.get("parameterTypes")).isEmpty();
        String called = method.get("name").asText();
        assertThat(
                called.equals("<init>")
                    ? type.getDeclaredConstructor()
                    : type.getDeclaredMethod(called))
            .isNotNull();
        checked.add(name);
      }
    }
    assertThat(checked).hasSizeGreaterThan(10);
  }

  /** Those of NettyVersions are in a map of strings, which no other test sees. */
  @Test
  void hasTheClassesByWhichNettysVersionsAreFound() throws Exception {
    Set<String> types =
        elements(metadata.get("reflection"))
            .map(entry -> entry.get("type").asText())
            .collect(Collectors.toSet());
    String constants;
    try (JarFile file = jar();
        InputStream in =
            file.getInputStream(file.getEntry("io/github/kqueueffm/channel/NettyVersions.class"))) {
      constants = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
    List<String> named =
        Pattern.compile("io\\.netty\\.[a-z.]+\\.[A-Z]\\w+")
            .matcher(constants)
            .results()
            .map(found -> found.group())
            .toList();
    assertThat(named).hasSize(7);
    assertThat(types).containsAll(named);
  }

  private static Stream<JavaCall<?>> calls(Predicate<JavaCall<?>> predicate) {
    return code.stream()
        .flatMap(type -> type.getCodeUnits().stream())
        .<JavaCall<?>>flatMap(unit -> unit.getCallsFromSelf().stream())
        .filter(predicate);
  }

  private static String origin(JavaCall<?> call) {
    String name = call.getOrigin().getName();
    return call.getOriginOwner().getSimpleName()
        + '.'
        + (name.equals("<clinit>") ? name : name.replaceFirst("lambda\\$(\\w+)\\$\\d+", "$1"));
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    List<JsonNode> elements = new ArrayList<>();
    array.forEach(elements::add);
    return elements.stream();
  }
}
