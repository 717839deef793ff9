/** What the doctor says of frameworks, beside what they do. */
package io.github.kqueueffm.frameworks.doctor;
