/** A program on the packaged jars, in every package that Java programs come in. */
package io.github.kqueueffm.testsuite.packaging;
