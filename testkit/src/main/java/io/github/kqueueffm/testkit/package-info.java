/** What the tests of several modules use. It knows Netty and JUnit, and not the transport. */
package io.github.kqueueffm.testkit;
