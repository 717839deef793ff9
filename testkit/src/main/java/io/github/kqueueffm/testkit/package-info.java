/**
 * Classes that the tests of several modules share. They depend on Netty and JUnit, and not on the
 * transport.
 */
package io.github.kqueueffm.testkit;
