package io.github.kqueueffm;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImpl;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import jdk.jfr.Event;

/** The seven rooms, the arrows between them, and the one place of each dangerous thing. */
@AnalyzeClasses(
    packages = "io.github.kqueueffm",
    importOptions = {ImportOption.DoNotIncludeTests.class, RoomsTest.WithoutTestkit.class})
class RoomsTest {
  private static final String ROOT = "io.github.kqueueffm.";

  /** It is main code of its module, and no room. */
  static final class WithoutTestkit implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/kqueueffm/testkit/");
    }
  }

  private static final String FOREIGN = ROOT + "syscall.Foreign";

  @ArchTest
  static final ArchRule arrowsPointOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.github.kqueueffm..")
          .layer("channel")
          .definedBy(ROOT + "channel..")
          .layer("doctor")
          .definedBy(ROOT + "doctor..")
          .layer("selector")
          .definedBy(ROOT + "selector..")
          .layer("kqueue")
          .definedBy(ROOT + "kqueue..")
          .layer("syscall")
          .definedBy(ROOT + "syscall..")
          .layer("jfr")
          .definedBy(ROOT + "jfr..")
          .layer("abi")
          .definedBy(ROOT + "abi..")
          .whereLayer("channel")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("doctor")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("selector")
          .mayOnlyBeAccessedByLayers("channel", "doctor")
          .whereLayer("kqueue")
          .mayOnlyBeAccessedByLayers("selector")
          .whereLayer("syscall")
          .mayOnlyBeAccessedByLayers("channel", "doctor", "selector", "kqueue")
          .whereLayer("jfr")
          .mayNotAccessAnyLayer();

  @ArchTest
  static final ArchRule onlyTheChannelRoomKnowsNetty =
      noClasses()
          .that(not(resideInAPackage(ROOT + "channel..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  /** So that a trace of its calls goes to Netty's logging, whichever class asks for it first. */
  @ArchTest
  static final ArchRule theChannelRoomTakesItsKernelFromOneClass =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "channel..")
          .and()
          .doNotHaveSimpleName("SystemKernel")
          .should()
          .callMethod(Kernels.class, "system")
          .orShould()
          .callMethod(Kernels.class, "unavailabilityCause");

  @ArchTest
  static final ArchRule restrictedForeignAccessIsInOneClass =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(FOREIGN)
          .should()
          .dependOnClassesThat(belongToAnyOf(Linker.class, SymbolLookup.class))
          .orShould()
          .callMethodWhere(
              target(name("reinterpret")).and(target(owner(assignableTo(MemorySegment.class)))))
          .orShould()
          .callMethodWhere(
              target(name("withTargetLayout"))
                  .and(target(owner(assignableTo(AddressLayout.class)))))
          .orShould()
          .callMethodWhere(
              target(name("enableNativeAccess"))
                  .and(target(owner(assignableTo(ModuleLayer.Controller.class)))));

  @ArchTest
  static final ArchRule nothingLoadsNativeCodeInAnotherWay =
      noClasses()
          .should()
          .callMethodWhere(
              target(name("load").or(name("loadLibrary")))
                  .and(target(owner(type(System.class).or(type(Runtime.class))))));

  @ArchTest
  static final ArchRule noMethodIsNative = noMethods().should().haveModifier(JavaModifier.NATIVE);

  /**
   * What a forced library does not serve must fail, and not go past it: the JDK is good for
   * addresses, exceptions and files, and for no socket or selector.
   */
  @ArchTest
  static final ArchRule noSocketOfTheJdkIsOpened =
      noClasses()
          .should()
          .dependOnClassesThat(
              assignableTo(NetworkChannel.class)
                  .or(assignableTo(SelectableChannel.class))
                  .or(assignableTo(AsynchronousChannel.class))
                  .or(belongToAnyOf(Pipe.class, java.nio.channels.Selector.class))
                  .or(resideInAPackage("java.nio.channels.spi.."))
                  .or(type(Socket.class))
                  .or(type(ServerSocket.class))
                  .or(assignableTo(DatagramSocket.class))
                  .or(type(SocketImpl.class))
                  .or(resideInAPackage("javax.net.."))
                  .or(resideInAPackage("sun.."))
                  .or(resideInAPackage("jdk..").and(not(resideInAPackage("jdk.jfr")))));

  /** The module jdk.jfr may be missing, where no class that depends on it may be loaded. */
  @ArchTest
  static final ArchRule onlyTheJfrRoomKnowsFlightRecorder =
      noClasses()
          .that(not(resideInAPackage(ROOT + "jfr..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.jfr..");

  @ArchTest
  static final ArchRule eventsAreCreatedInOneClass =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(ROOT + "jfr.JfrEvents")
          .and(not(assignableTo(Event.class)))
          .should()
          .dependOnClassesThat(assignableTo(Event.class));

  @ArchTest
  static final ArchRule onlyTheSyscallRoomKnowsForeignMemory =
      noClasses()
          .that(not(resideInAPackage(ROOT + "syscall..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.foreign..");

  /**
   * Helpers answer, channels decide: what reads, writes and keeps state for a channel is tested
   * without one. Configurations, credentials and registrations are the channel's to the user and
   * the loop.
   */
  @ArchTest
  static final ArchRule helpersDoNotKnowTheirChannel =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "channel..")
          .and(not(assignableTo(Channel.class)))
          .and(not(assignableTo(ChannelConfig.class)))
          .and(not(nestedIn(assignableTo(Channel.class))))
          .and()
          .doNotHaveSimpleName("LoopRegistration")
          .and()
          .doNotHaveSimpleName("KQueueFfmPeerCredentials")
          .should()
          .dependOnClassesThat(
              assignableTo(Channel.class).and(resideInAPackage(ROOT + "channel..")));

  private static DescribedPredicate<JavaClass> nestedIn(DescribedPredicate<JavaClass> outer) {
    return DescribedPredicate.describe(
        "nested in a class " + outer.getDescription(),
        nested -> nested.getEnclosingClass().map(outer::test).orElse(false));
  }

  @ArchTest
  static final ArchRule theEventLoopSelectsThroughThePoller =
      classes()
          .that()
          .haveSimpleName("KQueueFfmIoHandler")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Poller.class)
          .andShould()
          .onlyDependOnClassesThat(
              not(resideInAPackage(ROOT + "kqueue..")).as("are not of the kqueue room"));
}
