<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>Adding</name>
    <message numerus="yes">
        <source>Added %n folder(s).</source>
        <translation>
            <numerusform>Added %n folder.</numerusform>
            <numerusform>Added %n folders.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them is already in the library.</source>
        <translation>
            <numerusform>%n of them is already in the library.</numerusform>
            <numerusform>%n of them are already in the library.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n skipped:</source>
        <translation>
            <numerusform>%n skipped:</numerusform>
            <numerusform>%n skipped:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n folder(s)</source>
        <translation>
            <numerusform>%n folder</numerusform>
            <numerusform>%n folders</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %n folder(s) or photo(s)</source>
        <translation>
            <numerusform>Add %n folder or photo</numerusform>
            <numerusform>Add %n folders or photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be read</source>
        <translation>
            <numerusform>%n could not be read</numerusform>
            <numerusform>%n could not be read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other file(s) skipped</source>
        <translation>
            <numerusform>%n other file skipped</numerusform>
            <numerusform>%n other files skipped</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message numerus="yes">
        <source>Improve labels (%n correction(s))</source>
        <translation>
            <numerusform>Improve labels (%n correction)</numerusform>
            <numerusform>Improve labels (%n corrections)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Exchange</name>
    <message numerus="yes">
        <source>Your photos carry %n keyword(s) of other programs.</source>
        <translation>
            <numerusform>Your photos carry %n keyword of other programs.</numerusform>
            <numerusform>Your photos carry %n keywords of other programs.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new label(s)</source>
        <translation>
            <numerusform>%n new label</numerusform>
            <numerusform>%n new labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n confirmation(s)</source>
        <translation>
            <numerusform>%n confirmation</numerusform>
            <numerusform>%n confirmations</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s), the first one:</source>
        <translation>
            <numerusform>%n problem, the first one:</numerusform>
            <numerusform>%n problems, the first one:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FileActs</name>
    <message numerus="yes">
        <source>Copied %n path(s).</source>
        <translation>
            <numerusform>Copied %n path.</numerusform>
            <numerusform>Copied %n paths.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %n photo(s) to the trash?</source>
        <translation>
            <numerusform>Move %n photo to the trash?</numerusform>
            <numerusform>Move %n photos to the trash?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %n photo(s) to the trash</source>
        <translation>
            <numerusform>Move %n photo to the trash</numerusform>
            <numerusform>Move %n photos to the trash</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Moved %n photo(s) to the trash.</source>
        <translation>
            <numerusform>Moved %n photo to the trash.</numerusform>
            <numerusform>Moved %n photos to the trash.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Copied %n photo(s) to “{folder}”.</source>
        <translation>
            <numerusform>Copied %n photo to “{folder}”.</numerusform>
            <numerusform>Copied %n photos to “{folder}”.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n label(s)</source>
        <translation>
            <numerusform>%n label</numerusform>
            <numerusform>%n labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n correction(s)</source>
        <translation>
            <numerusform>%n correction</numerusform>
            <numerusform>%n corrections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n correction(s) are about photos that are not in the library.</source>
        <translation>
            <numerusform>%n correction are about photos that are not in the library.</numerusform>
            <numerusform>%n corrections are about photos that are not in the library.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FirstLabels</name>
    <message numerus="yes">
        <source>Add %n label(s)</source>
        <translation>
            <numerusform>Add %n label</numerusform>
            <numerusform>Add %n labels</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message numerus="yes">
        <source>Improve labels (%n correction(s))</source>
        <translation>
            <numerusform>Improve labels (%n correction)</numerusform>
            <numerusform>Improve labels (%n corrections)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Only the first %n photo(s) were looked at; a label that you add goes on all.</source>
        <translation>
            <numerusform>Only the first %n photo was looked at; a label that you add goes on all.</numerusform>
            <numerusform>Only the first %n photos were looked at; a label that you add goes on all.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Judging</name>
    <message numerus="yes">
        <source>“{label}” on %n photo(s)</source>
        <translation>
            <numerusform>“{label}” on %n photo</numerusform>
            <numerusform>“{label}” on %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not “{label}” on %n photo(s)</source>
        <translation>
            <numerusform>Not “{label}” on %n photo</numerusform>
            <numerusform>Not “{label}” on %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Nothing said about “{label}” on %n photo(s)</source>
        <translation>
            <numerusform>Nothing said about “{label}” on %n photo</numerusform>
            <numerusform>Nothing said about “{label}” on %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>New label “{label}” on %n photo(s)</source>
        <translation>
            <numerusform>New label “{label}” on %n photo</numerusform>
            <numerusform>New label “{label}” on %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept %n suggestion(s)</source>
        <translation>
            <numerusform>Accept %n suggestion</numerusform>
            <numerusform>Accept %n suggestions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reject %n suggestion(s)</source>
        <translation>
            <numerusform>Reject %n suggestion</numerusform>
            <numerusform>Reject %n suggestions</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LabelEditor</name>
    <message numerus="yes">
        <source>Add %n label(s)</source>
        <translation>
            <numerusform>Add %n label</numerusform>
            <numerusform>Add %n labels</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message numerus="yes">
        <source>%n label(s) without photos</source>
        <translation>
            <numerusform>%n label without photos</numerusform>
            <numerusform>%n labels without photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProblemsPage</name>
    <message numerus="yes">
        <source>%n file(s) could not be read. The files are untouched.</source>
        <translation>
            <numerusform>%n file could not be read. The files are untouched.</numerusform>
            <numerusform>%n files could not be read. The files are untouched.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Ignore %n problem(s)</source>
        <translation>
            <numerusform>Ignore %n problem</numerusform>
            <numerusform>Ignore %n problems</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReportCard</name>
    <message numerus="yes">
        <source>Checked on %n correction(s), each kept out of learning in its turn.</source>
        <translation>
            <numerusform>Checked on %n correction, each kept out of learning in its turn.</numerusform>
            <numerusform>Checked on %n corrections, each kept out of learning in its turn.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message numerus="yes">
        <source>Improve labels (%n answer(s))</source>
        <translation>
            <numerusform>Improve labels (%n answer)</numerusform>
            <numerusform>Improve labels (%n answers)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Your last %n answers said what Albumen thought already: more answers would change little.</source>
        <translation>
            <numerusform>Your last %n answers said what Albumen thought already: more answers would change little.</numerusform>
            <numerusform>Your last %n answers said what Albumen thought already: more answers would change little.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n good match(es)</source>
        <translation>
            <numerusform>%n good match</numerusform>
            <numerusform>%n good matches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s)</source>
        <translation>
            <numerusform>%n problem</numerusform>
            <numerusform>%n problems</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n s left</source>
        <translation>
            <numerusform>%n s left</numerusform>
            <numerusform>%n s left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n min left</source>
        <translation>
            <numerusform>%n min left</numerusform>
            <numerusform>%n min left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n h left</source>
        <translation>
            <numerusform>%n h left</numerusform>
            <numerusform>%n h left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ThumbnailRow</name>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrainingPanel</name>
    <message numerus="yes">
        <source>%n label(s) can get better. Look at what would change, then accept it or not.</source>
        <translation>
            <numerusform>%n label can get better. Look at what would change, then accept it or not.</numerusform>
            <numerusform>%n labels can get better. Look at what would change, then accept it or not.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n label(s) go by the name alone: nothing was learned yet.</source>
        <translation>
            <numerusform>%n label go by the name alone: nothing was learned yet.</numerusform>
            <numerusform>%n labels go by the name alone: nothing was learned yet.</numerusform>
        </translation>
    </message>
</context>
</TS>
