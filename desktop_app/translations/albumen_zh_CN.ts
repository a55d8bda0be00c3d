<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Library</source>
        <translation>图库(&amp;L)</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Add photos…</source>
        <translation>添加照片…</translation>
    </message>
    <message>
        <source>Look for changes</source>
        <translation>检查变化</translation>
    </message>
    <message>
        <source>Copy selected photos to a folder…</source>
        <translation>将所选照片复制到文件夹…</translation>
    </message>
    <message>
        <source>Export tags as CSV…</source>
        <translation>将标记导出为 CSV…</translation>
    </message>
    <message>
        <source>Export tags as JSON…</source>
        <translation>将标记导出为 JSON…</translation>
    </message>
    <message>
        <source>Bring back saved labels and corrections…</source>
        <translation>恢复已保存的标签和更正…</translation>
    </message>
    <message>
        <source>Make labels of keywords in photos</source>
        <translation>将照片中的关键字设为标签</translation>
    </message>
    <message>
        <source>Model…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Select none</source>
        <translation>取消选择</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Show all photos</source>
        <translation>显示所有照片</translation>
    </message>
    <message>
        <source>&amp;Photo</source>
        <translation>照片(&amp;P)</translation>
    </message>
    <message>
        <source>Look at the photo</source>
        <translation>查看照片</translation>
    </message>
    <message>
        <source>Photos like this</source>
        <translation>相似的照片</translation>
    </message>
    <message>
        <source>Accept suggested labels</source>
        <translation>接受建议的标签</translation>
    </message>
    <message>
        <source>Reject suggested labels</source>
        <translation>拒绝建议的标签</translation>
    </message>
    <message>
        <source>Next photo to review</source>
        <translation>下一张待核对的照片</translation>
    </message>
    <message>
        <source>Add a label</source>
        <translation>添加标签</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>复制路径</translation>
    </message>
    <message>
        <source>Open in another program</source>
        <translation>用其他程序打开</translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation>移到回收站</translation>
    </message>
    <message>
        <source>&amp;Labels</source>
        <translation>标签(&amp;L)</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>核对</translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation>改进标签</translation>
    </message>
    <message>
        <source>Edit labels…</source>
        <translation>编辑标签…</translation>
    </message>
    <message>
        <source>What was learned…</source>
        <translation>学习记录…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>Larger photos</source>
        <translation>放大照片</translation>
    </message>
    <message>
        <source>Smaller photos</source>
        <translation>缩小照片</translation>
    </message>
    <message>
        <source>Left panel</source>
        <translation>左侧面板</translation>
    </message>
    <message>
        <source>Info</source>
        <translation>信息</translation>
    </message>
    <message>
        <source>Right panel</source>
        <translation>右侧面板</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>About Albumen</source>
        <translation>关于 Albumen</translation>
    </message>
    <message>
        <source>Pinned label {number}</source>
        <translation>固定标签 {number}</translation>
    </message>
</context>
<context>
    <name>Adding</name>
    <message>
        <source>Add folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>Add photos</source>
        <translation>添加照片</translation>
    </message>
    <message>
        <source>Only folders and files of this computer can be added.</source>
        <translation>只能添加本机上的文件夹和文件。</translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln folder(s) or photo(s)</source>
        <translation>
            <numerusform>添加 %Ln 个文件夹或照片</numerusform>
        </translation>
    </message>
    <message>
        <source>Added {names}.</source>
        <translation>已添加 {names}。</translation>
    </message>
    <message numerus="yes">
        <source>Added %Ln folder(s).</source>
        <translation>
            <numerusform>已添加 %Ln 个文件夹。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them is already in the library.</source>
        <translation>
            <numerusform>其中 %Ln 个已在图库中。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped:</source>
        <translation>
            <numerusform>跳过 %Ln 个：</numerusform>
        </translation>
    </message>
    <message>
        <source>Added {folders}, {photos}</source>
        <translation>已添加 {folders}，{photos}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s)</source>
        <translation>
            <numerusform>%Ln 个文件夹</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln 张照片</numerusform>
        </translation>
    </message>
    <message>
        <source>Added {photos}</source>
        <translation>已添加 {photos}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln could not be read</source>
        <translation>
            <numerusform>%Ln 张无法读取</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln other file(s) skipped</source>
        <translation>
            <numerusform>跳过 %Ln 个其他文件</numerusform>
        </translation>
    </message>
    <message>
        <source>Folders and files to leave out</source>
        <translation>要排除的文件夹和文件</translation>
    </message>
    <message>
        <source>Remove folder</source>
        <translation>移除文件夹</translation>
    </message>
</context>
<context>
    <name>BannerStrip</name>
    <message>
        <source>Do this</source>
        <translation>执行</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>Captions</name>
    <message>
        <source>Review</source>
        <translation>核对</translation>
    </message>
    <message>
        <source>Review ({count})</source>
        <translation>核对（{count}）</translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation>改进标签</translation>
    </message>
    <message numerus="yes">
        <source>Improve labels (%Ln correction(s))</source>
        <translation>
            <numerusform>改进标签（%Ln 条更正）</numerusform>
        </translation>
    </message>
    <message>
        <source>Pinned label {number}</source>
        <translation>固定标签 {number}</translation>
    </message>
    <message>
        <source>“{label}” yes or no</source>
        <translation>“{label}”是或否</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undo: {act}</source>
        <translation>撤销：{act}</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Redo: {act}</source>
        <translation>重做：{act}</translation>
    </message>
</context>
<context>
    <name>Correcting</name>
    <message numerus="yes">
        <source>“{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>将 %Ln 张照片标为“{label}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not “{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>%Ln 张照片不是“{label}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Nothing said about “{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>取消 %Ln 张照片关于“{label}”的判断</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>New label “{label}” on %Ln photo(s)</source>
        <translation>
            <numerusform>在 %Ln 张照片上新建标签“{label}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept %Ln suggestion(s)</source>
        <translation>
            <numerusform>接受 %Ln 个建议</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reject %Ln suggestion(s)</source>
        <translation>
            <numerusform>拒绝 %Ln 个建议</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no suggestion to answer on these photos.</source>
        <translation>这些照片没有需要回答的建议。</translation>
    </message>
    <message>
        <source>Nothing in this view needs a review.</source>
        <translation>此视图中没有需要核对的照片。</translation>
    </message>
</context>
<context>
    <name>CurrentView</name>
    <message>
        <source>“{folder}” is not there. Reconnect the drive; nothing is forgotten.</source>
        <translation>“{folder}”不在原处。请重新连接磁盘；所有信息都保留着。</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Removed {labels}.</source>
        <translation>已移除 {labels}。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>About Albumen</source>
        <translation>关于 Albumen</translation>
    </message>
    <message>
        <source>Albumen: a photo organizer that learns your labels, offline.</source>
        <translation>Albumen：离线学习您的标签的照片管理器。</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop to add these photos</source>
        <translation>松开即可添加这些照片</translation>
    </message>
    <message>
        <source>They stay where they are; nothing is copied.</source>
        <translation>照片留在原处，不会复制文件。</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>No photos yet</source>
        <translation>还没有照片</translation>
    </message>
    <message>
        <source>Drop a folder of photos here</source>
        <translation>把照片文件夹拖到这里</translation>
    </message>
    <message>
        <source>Photos stay where they are; nothing is uploaded.</source>
        <translation>照片留在原处，不会上传任何内容。</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>添加文件夹…</translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>&apos;is:{value}&apos; is not known; there are {names}.</source>
        <translation>未知的“is:{value}”；可用的有 {names}。</translation>
    </message>
    <message>
        <source>&apos;like:{value}&apos; needs the number of a photo.</source>
        <translation>“like:{value}”需要照片的编号。</translation>
    </message>
    <message>
        <source>&apos;{device}&apos; cannot be used: this computer has no such NVIDIA graphics card, or its driver is missing; choose the processor (cpu).</source>
        <translation>无法使用“{device}”：此电脑没有这样的 NVIDIA 显卡，或缺少驱动程序；请选择处理器 (cpu)。</translation>
    </message>
    <message>
        <source>&apos;{key}:{value}&apos; is no date; write {key}:2023, {key}:2023-06 or {key}:2023-06-01.</source>
        <translation>“{key}:{value}”不是日期；请写 {key}:2023、{key}:2023-06 或 {key}:2023-06-01。</translation>
    </message>
    <message>
        <source>&apos;{words}&apos; was searched as &apos;{english}&apos;.</source>
        <translation>“{words}”按英文“{english}”搜索。</translation>
    </message>
    <message>
        <source>&apos;{words}&apos; was searched as &apos;{english}&apos;; for &apos;{lost}&apos; the English is not known.</source>
        <translation>“{words}”按英文“{english}”搜索；“{lost}”没有对应的英文。</translation>
    </message>
    <message>
        <source>1 correction</source>
        <translation>1 条更正</translation>
    </message>
    <message>
        <source>1 new correction</source>
        <translation>1 条新更正</translation>
    </message>
    <message>
        <source>1 photo</source>
        <translation>1 张照片</translation>
    </message>
    <message>
        <source>A context starts from words or is one per class: drop ctx_init or class_specific.</source>
        <translation>上下文要么从词语开始，要么每个类别各有一个：请去掉 ctx_init 或 class_specific。</translation>
    </message>
    <message>
        <source>A label cannot be merged with itself.</source>
        <translation>标签不能与自身合并。</translation>
    </message>
    <message>
        <source>A label needs a name; this one is empty.</source>
        <translation>标签需要名称；这个是空的。</translation>
    </message>
    <message>
        <source>A label of the same name exists again; rename it, then undo the removal.</source>
        <translation>同名标签又存在了；请先重命名它，再撤销删除。</translation>
    </message>
    <message>
        <source>A label&apos;s name is one line of text; please take out line breaks and control characters.</source>
        <translation>标签名称是一行文字；请去掉换行符和控制字符。</translation>
    </message>
    <message>
        <source>A label&apos;s name may have {limit} characters, this one has {length} (&apos;{start}...&apos;); a few words describe a photo better than many.</source>
        <translation>标签名称最多 {limit} 个字符，这个有 {length} 个（“{start}…”）；简短的词比长句更能描述照片。</translation>
    </message>
    <message>
        <source>A photo cannot be corrected to yes and to no at once; name each photo once.</source>
        <translation>一张照片不能同时更正为“是”和“否”；每张照片只列一次。</translation>
    </message>
    <message>
        <source>A prompt needs at least one context vector, not {n_ctx}.</source>
        <translation>提示词至少需要一个上下文向量，而不是 {n_ctx} 个。</translation>
    </message>
    <message>
        <source>Albumen does not run on &apos;{device}&apos;: choose auto, cpu, cuda or mps.</source>
        <translation>Albumen 不能在“{device}”上运行：请选择 auto、cpu、cuda 或 mps。</translation>
    </message>
    <message>
        <source>Albumen&apos;s own file &apos;{name}&apos; is missing from {path}: install Albumen again.</source>
        <translation>{path} 中缺少 Albumen 自己的文件“{name}”：请重新安装 Albumen。</translation>
    </message>
    <message>
        <source>An answer names a class that is none of the {count} classes.</source>
        <translation>有一个回答所指的类别不在这 {count} 个类别之中。</translation>
    </message>
    <message>
        <source>Apple graphics (mps) cannot be used: that needs a Mac with Apple&apos;s graphics processor; choose the processor (cpu).</source>
        <translation>无法使用 Apple 图形处理器 (mps)：需要配备 Apple 图形处理器的 Mac；请选择处理器 (cpu)。</translation>
    </message>
    <message>
        <source>Better on answers kept out of learning, but it would change {photos}, many for {answers}: look through them.</source>
        <translation>在未参与学习的回答上更好，但它会改变 {photos}，相对于 {answers}偏多：请浏览一遍。</translation>
    </message>
    <message>
        <source>Built-in starter</source>
        <translation>内置入门模型</translation>
    </message>
    <message>
        <source>Changing the strictness: {objection}</source>
        <translation>调整严格程度：{objection}</translation>
    </message>
    <message>
        <source>Checked on your {answers}, each kept out of learning in its turn: {before} right before, {after} after; would add {photos}, remove {removes}.</source>
        <translation>用您的 {answers}检验（每条轮流不参与学习）：之前答对 {before} 条，之后 {after} 条；将给 {photos}添加标签，从 {removes} 张移除。</translation>
    </message>
    <message>
        <source>It cannot be opened ({detail}).</source>
        <translation>无法打开（{detail}）。</translation>
    </message>
    <message>
        <source>It changed while it was read; it will be read again once it is complete.</source>
        <translation>读取时文件发生了变化；完成后会重新读取。</translation>
    </message>
    <message>
        <source>It could not be opened (no permission); its photos are kept as they were.</source>
        <translation>无法打开（没有权限）；其中的照片保持原样。</translation>
    </message>
    <message>
        <source>It could not be opened ({detail}); its photos are kept as they were.</source>
        <translation>无法打开（{detail}）；其中的照片保持原样。</translation>
    </message>
    <message>
        <source>It could not be read ({detail}); check the drive, then retry.</source>
        <translation>无法读取（{detail}）；请检查磁盘后重试。</translation>
    </message>
    <message>
        <source>It could not be read within {seconds} seconds.</source>
        <translation>在 {seconds} 秒内未能读取。</translation>
    </message>
    <message>
        <source>It has too many pixels; Albumen reads pictures of up to {limit} megapixels.</source>
        <translation>它的像素太多；Albumen 最多读取 {limit} 百万像素的图片。</translation>
    </message>
    <message>
        <source>It has {width} x {height} pixels; Albumen reads pictures of up to {limit} megapixels.</source>
        <translation>它有 {width} x {height} 像素；Albumen 最多读取 {limit} 百万像素的图片。</translation>
    </message>
    <message>
        <source>It is damaged or not a picture of a kind that Albumen reads.</source>
        <translation>文件已损坏，或不是 Albumen 能读取的图片格式。</translation>
    </message>
    <message>
        <source>It is no longer there (or a link that leads nowhere).</source>
        <translation>它已不在原处（或是无效的链接）。</translation>
    </message>
    <message>
        <source>It is not a file but a folder, a pipe or a device; it was left alone.</source>
        <translation>它不是文件，而是文件夹、管道或设备；未作处理。</translation>
    </message>
    <message>
        <source>It needs more memory than one picture may take.</source>
        <translation>它需要的内存超过单张图片的限额。</translation>
    </message>
    <message>
        <source>Its contents made the decoder crash; the file is damaged or hostile.</source>
        <translation>其内容使解码器崩溃；文件已损坏或有恶意。</translation>
    </message>
    <message>
        <source>Its name is too long to be opened.</source>
        <translation>文件名太长，无法打开。</translation>
    </message>
    <message>
        <source>Learned from {answers}, too few to check it: would add {photos}, remove {removes}.</source>
        <translation>根据 {answers}学习，数量太少，无法检验：将给 {photos}添加标签，从 {removes} 张移除。</translation>
    </message>
    <message>
        <source>Learning broke down: the loss is no longer a number; is the training data sound?</source>
        <translation>学习失败：损失不再是数值；训练数据是否正常？</translation>
    </message>
    <message>
        <source>Learning from your photos: {objection}</source>
        <translation>从您的照片学习：{objection}</translation>
    </message>
    <message>
        <source>Learning words of its own: {objection}</source>
        <translation>学习专属词语：{objection}</translation>
    </message>
    <message>
        <source>No good match.</source>
        <translation>没有合适的匹配。</translation>
    </message>
    <message>
        <source>No good match. The nearest photos follow.</source>
        <translation>没有合适的匹配，下面是最接近的照片。</translation>
    </message>
    <message>
        <source>No permission to read it; allow reading, then retry.</source>
        <translation>没有读取权限；请允许读取后重试。</translation>
    </message>
    <message>
        <source>Nobody has corrected &apos;{name}&apos; yet; say yes or no to a few photos of it first.</source>
        <translation>还没有人更正过“{name}”；请先对它的几张照片回答“是”或“否”。</translation>
    </message>
    <message>
        <source>Nothing to learn from yet: no corrected photo of this label has been read.</source>
        <translation>还没有可学习的内容：此标签的更正照片都还没有读取。</translation>
    </message>
    <message>
        <source>Photos cannot be read: the decoding process does not start; check that the installation is complete.</source>
        <translation>无法读取照片：解码进程无法启动；请检查安装是否完整。</translation>
    </message>
    <message>
        <source>RAW files need the package rawpy, which does not load; reinstall Albumen.</source>
        <translation>RAW 文件需要 rawpy 软件包，但它无法加载；请重新安装 Albumen。</translation>
    </message>
    <message>
        <source>The class name can stand at &apos;end&apos;, &apos;middle&apos; or &apos;front&apos;, not &apos;{position}&apos;.</source>
        <translation>类别名称只能放在“end”“middle”或“front”，不能是“{position}”。</translation>
    </message>
    <message>
        <source>The contexts of {path} do not fit this model: {shape} for a width of {width}.</source>
        <translation>{path} 中的上下文与此模型不符：形状为 {shape}，而宽度为 {width}。</translation>
    </message>
    <message>
        <source>The disk that holds the library {path} is full; make room and go on, nothing that was saved is lost.</source>
        <translation>图库 {path} 所在的磁盘已满；请腾出空间后继续，已保存的内容不会丢失。</translation>
    </message>
    <message>
        <source>The download stopped at {size} ({detail}): try again, it goes on from there.</source>
        <translation>下载停在 {size}（{detail}）：请重试，它会从该处继续。</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>文件是空的。</translation>
    </message>
    <message>
        <source>The graphics processor failed ({detail}); the CPU is used.</source>
        <translation>图形处理器出错（{detail}）；改用处理器。</translation>
    </message>
    <message>
        <source>The initial context &apos;{text}&apos; holds no word.</source>
        <translation>初始上下文“{text}”中没有词语。</translation>
    </message>
    <message>
        <source>The library folder {path} cannot be made ({detail}).</source>
        <translation>无法创建图库文件夹 {path}（{detail}）。</translation>
    </message>
    <message>
        <source>The library folder {path} may not be written ({detail}).</source>
        <translation>图库文件夹 {path} 不可写入（{detail}）。</translation>
    </message>
    <message>
        <source>The library {path} cannot be read ({detail}).</source>
        <translation>无法读取图库 {path}（{detail}）。</translation>
    </message>
    <message>
        <source>The library {path} could not be read or written ({detail}); check the disk and its permissions.</source>
        <translation>无法读写图库 {path}（{detail}）；请检查磁盘及权限。</translation>
    </message>
    <message>
        <source>The library {path} is damaged ({detail}); {remedy}.</source>
        <translation>图库 {path} 已损坏（{detail}）；{remedy}。</translation>
    </message>
    <message>
        <source>The library {path} is in use by another program.</source>
        <translation>图库 {path} 正被另一个程序使用。</translation>
    </message>
    <message>
        <source>The library {path} is open in another Albumen (process {process}); close it there first.</source>
        <translation>图库 {path} 已在另一个 Albumen 中打开（进程 {process}）；请先在那里关闭。</translation>
    </message>
    <message>
        <source>The library {path} is open in another Albumen; close it there first.</source>
        <translation>图库 {path} 已在另一个 Albumen 中打开；请先在那里关闭。</translation>
    </message>
    <message>
        <source>The library {path} may not be written; check its permissions.</source>
        <translation>图库 {path} 不可写入；请检查权限。</translation>
    </message>
    <message>
        <source>The library {path} was made by a newer Albumen (schema {version}, this one knows {known}); install the newer version to open it. Nothing was changed.</source>
        <translation>图库 {path} 由更新版本的 Albumen 创建（数据格式 {version}，本程序只认识到 {known}）；请安装新版本后打开。未做任何更改。</translation>
    </message>
    <message>
        <source>The model &apos;{name}&apos; is not on this computer: download it first.</source>
        <translation>模型“{name}”不在此电脑上：请先下载。</translation>
    </message>
    <message>
        <source>The model does not run on &apos;{device}&apos; ({detail}); choose the processor (cpu).</source>
        <translation>模型无法在“{device}”上运行（{detail}）；请选择处理器 (cpu)。</translation>
    </message>
    <message>
        <source>The model in use has not read any photo yet; search again once it has.</source>
        <translation>当前模型还没有读取任何照片；请等它读取之后再搜索。</translation>
    </message>
    <message>
        <source>The model understands English: &apos;{words}&apos; was looked for in labels and file names only.</source>
        <translation>模型只懂英语：“{words}”仅在标签和文件名中查找。</translation>
    </message>
    <message>
        <source>The photo {path} is not in the library; add its folder first.</source>
        <translation>照片 {path} 不在图库中；请先添加它所在的文件夹。</translation>
    </message>
    <message>
        <source>The picture is damaged or incomplete ({detail}).</source>
        <translation>图片已损坏或不完整（{detail}）。</translation>
    </message>
    <message>
        <source>The prompt checkpoint {path} cannot be read ({detail}).</source>
        <translation>无法读取提示词文件 {path}（{detail}）。</translation>
    </message>
    <message>
        <source>The prompt of &apos;{name}&apos; has {length} tokens and this model reads at most {limit}: shorten the name or use fewer context vectors than {n_ctx}.</source>
        <translation>“{name}”的提示词有 {length} 个词元，而此模型最多读取 {limit} 个：请缩短名称，或使用少于 {n_ctx} 个上下文向量。</translation>
    </message>
    <message>
        <source>The prompts of {path} were learned for another model ({model}).</source>
        <translation>{path} 中的提示词是为另一个模型（{model}）学习的。</translation>
    </message>
    <message>
        <source>The server sent a file with a wrong checksum; nothing of {name} was kept. Try again or choose another source.</source>
        <translation>服务器发送的文件校验和不符；没有保留 {name} 的任何内容。请重试或选择其他来源。</translation>
    </message>
    <message>
        <source>The server sent more than the {size} it announced; nothing of {name} was kept. Try again or choose another source.</source>
        <translation>服务器发送的内容超过了它声明的 {size}；没有保留 {name} 的任何内容。请重试或选择其他来源。</translation>
    </message>
    <message>
        <source>The sidecar cannot be read ({detail}).</source>
        <translation>无法读取附属文件（{detail}）。</translation>
    </message>
    <message>
        <source>The sidecar cannot be written ({detail}).</source>
        <translation>无法写入附属文件（{detail}）。</translation>
    </message>
    <message>
        <source>The sidecar is larger than 4 MB; it is left as it is.</source>
        <translation>附属文件大于 4 MB；保持原样。</translation>
    </message>
    <message>
        <source>The system&apos;s limit of watched folders is reached, so changes are looked for every {seconds} seconds; raise fs.inotify.max_user_watches to see them at once.</source>
        <translation>已达到系统监视文件夹的上限，因此每 {seconds} 秒检查一次更改；提高 fs.inotify.max_user_watches 即可立即看到更改。</translation>
    </message>
    <message>
        <source>The text &apos;{text}&apos; is too long: it has {length} tokens and this model reads at most {limit}. Use fewer words.</source>
        <translation>文字“{text}”太长：有 {length} 个词元，而此模型最多读取 {limit} 个。请用更少的词。</translation>
    </message>
    <message>
        <source>The thumbnail {path} could not be written ({detail}); make room on the disk, then choose &apos;Look for changes&apos;.</source>
        <translation>无法写入缩略图 {path}（{detail}）；请先腾出磁盘空间，再选择“检查变化”。</translation>
    </message>
    <message>
        <source>The words of the label, before any correction.</source>
        <translation>标签的词语本身，尚无更正。</translation>
    </message>
    <message>
        <source>There are no saved words in {path}.</source>
        <translation>{path} 中没有保存的回答。</translation>
    </message>
    <message>
        <source>There are {images} images for {answers} answers: nothing to learn from.</source>
        <translation>有 {images} 张图片和 {answers} 个回答：没有可学习的内容。</translation>
    </message>
    <message>
        <source>There is a label &apos;{name}&apos; already; merge the two instead.</source>
        <translation>已有标签“{name}”；请改为合并这两个标签。</translation>
    </message>
    <message>
        <source>There is no class to learn a prompt for: give at least one name.</source>
        <translation>没有可以学习提示词的类别：请至少给出一个名称。</translation>
    </message>
    <message>
        <source>There is no device &apos;{device}&apos;: choose auto, cpu, cuda or mps.</source>
        <translation>没有设备“{device}”：请选择 auto、cpu、cuda 或 mps。</translation>
    </message>
    <message>
        <source>There is no folder number {number}; it may have been removed.</source>
        <translation>没有编号为 {number} 的文件夹；它可能已被移除。</translation>
    </message>
    <message>
        <source>There is no label &apos;{name}&apos;.</source>
        <translation>没有标签“{name}”。</translation>
    </message>
    <message>
        <source>There is no label number {number}; it may have been removed.</source>
        <translation>没有编号为 {number} 的标签；它可能已被删除。</translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos; to download: choose one of {names}.</source>
        <translation>没有可下载的模型“{name}”：请选择 {names} 之一。</translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos;: did you mean {names}?</source>
        <translation>没有模型“{name}”：您要找的是 {names} 吗？</translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos;: give a name of the catalogue or a safetensors file.</source>
        <translation>没有模型“{name}”：请给出目录中的名称或 safetensors 文件。</translation>
    </message>
    <message>
        <source>There is no model file {path}.</source>
        <translation>没有模型文件 {path}。</translation>
    </message>
    <message>
        <source>There is no photo number {number} in this library.</source>
        <translation>此图库中没有编号为 {number} 的照片。</translation>
    </message>
    <message>
        <source>There is no photo {number} to compare with, or it has not been read yet.</source>
        <translation>没有可比较的照片 {number}，或者它尚未读取。</translation>
    </message>
    <message>
        <source>There is no precision &apos;{name}&apos;: choose auto, {names}.</source>
        <translation>没有精度“{name}”：请选择 auto、{names}。</translation>
    </message>
    <message>
        <source>There is no such folder or file.</source>
        <translation>没有这个文件夹或文件。</translation>
    </message>
    <message>
        <source>There is no version {number}; it may have been removed.</source>
        <translation>没有版本 {number}；它可能已被移除。</translation>
    </message>
    <message>
        <source>These are not the weights of a CLIP: a tensor has an impossible shape ({detail}).</source>
        <translation>这不是 CLIP 的权重：某个张量的形状不可能（{detail}）。</translation>
    </message>
    <message>
        <source>These are not the weights of a CLIP: the tensor {name} is missing.</source>
        <translation>这不是 CLIP 的权重：缺少张量 {name}。</translation>
    </message>
    <message>
        <source>These weights do not fit the CLIP that their sizes describe: {detail}</source>
        <translation>这些权重与其尺寸所描述的 CLIP 不符：{detail}</translation>
    </message>
    <message>
        <source>This configuration has no TRAINER.COOP: leave it out and give n_ctx, ctx_init, class_specific or class_token_position.</source>
        <translation>此配置中没有 TRAINER.COOP：请去掉它，并给出 n_ctx、ctx_init、class_specific 或 class_token_position。</translation>
    </message>
    <message>
        <source>This folder may not be read; check its permissions.</source>
        <translation>无权读取此文件夹；请检查权限。</translation>
    </message>
    <message>
        <source>This graphics processor has no bf16 arithmetic: use fp16.</source>
        <translation>此图形处理器没有 bf16 运算：请使用 fp16。</translation>
    </message>
    <message>
        <source>This is neither a folder nor a photo in a format that Albumen reads.</source>
        <translation>这既不是文件夹，也不是 Albumen 能读取的照片格式。</translation>
    </message>
    <message>
        <source>This is the library&apos;s own folder; choose the folder with your photos.</source>
        <translation>这是图库自身的文件夹；请选择存放照片的文件夹。</translation>
    </message>
    <message>
        <source>This link leads back into its own folder; it was left out.</source>
        <translation>此链接指回自身所在的文件夹；已跳过。</translation>
    </message>
    <message>
        <source>This photo has not been read yet, so nothing can be compared with it; try again once it has been.</source>
        <translation>这张照片尚未读取，无法与其他照片比较；请等它读取之后再试。</translation>
    </message>
    <message>
        <source>This processor has no bf16 arithmetic (avx512_bf16 or AMX) and would be slower: use fp32.</source>
        <translation>此处理器没有 bf16 运算（avx512_bf16 或 AMX），会更慢：请使用 fp32。</translation>
    </message>
    <message>
        <source>Thumbnails may have 128 to 512 pixels and a quality of 50 to 95.</source>
        <translation>缩略图可为 128 至 512 像素，质量 50 至 95。</translation>
    </message>
    <message>
        <source>Unchanged: after {answers}, nothing that was tried is surely better.</source>
        <translation>没有变化：根据 {answers}，试过的方法都不能确定更好。</translation>
    </message>
    <message>
        <source>Unchanged: there are no new corrections since the present version was learned.</source>
        <translation>没有变化：自当前版本学习以来没有新的更正。</translation>
    </message>
    <message>
        <source>Unknown activation &apos;{name}&apos;: use one of {names}.</source>
        <translation>未知的激活函数“{name}”：请使用 {names} 之一。</translation>
    </message>
    <message>
        <source>Version {number} belongs to another model; switch to that model first.</source>
        <translation>版本 {number} 属于另一个模型；请先切换到该模型。</translation>
    </message>
    <message>
        <source>a close call</source>
        <translation>把握不大</translation>
    </message>
    <message>
        <source>a random check, to keep the count of mistakes honest</source>
        <translation>随机抽查，使错误统计保持真实</translation>
    </message>
    <message>
        <source>asking for {name}</source>
        <translation>正在查找 {name}</translation>
    </message>
    <message>
        <source>fp16 is for graphics processors: on the CPU use fp32 (or bf16 where it has it).</source>
        <translation>fp16 用于图形处理器：在处理器上请使用 fp32（或其支持的 bf16）。</translation>
    </message>
    <message>
        <source>The picture is damaged or incomplete (it ends too early).</source>
        <translation>图片已损坏或不完整（文件过早结束）。</translation>
    </message>
    <message>
        <source>looking at how your photos differ</source>
        <translation>正在查看您的照片有何不同</translation>
    </message>
    <message>
        <source>it needs enough answers of both kinds, yes and no, to be checked.</source>
        <translation>需要足够的“是”和“否”两种回答才能检验。</translation>
    </message>
    <message>
        <source>it needs {needed} answers, bursts counted once; there are {found}.</source>
        <translation>需要 {needed} 个回答（连拍只算一次）；现有 {found} 个。</translation>
    </message>
    <message>
        <source>it needs {needed} yes and {needed} no, bursts counted once; there are {yes} and {no}.</source>
        <translation>需要 {needed} 个“是”和 {needed} 个“否”（连拍只算一次）；现有 {yes} 个和 {no} 个。</translation>
    </message>
    <message>
        <source>it was not asked for.</source>
        <translation>没有要求这样做。</translation>
    </message>
    <message>
        <source>it was not read</source>
        <translation>未能读取</translation>
    </message>
    <message>
        <source>it would change {photos}, many for {answers}, and none of the other kind: answer some of both.</source>
        <translation>它会改变 {photos}，相对于 {answers}太多，而且没有另一种回答：请两种都回答几张。</translation>
    </message>
    <message>
        <source>it would get {photos} wrong that you confirmed and that are right now.</source>
        <translation>您确认过、现在正确的 {photos}会被它判错。</translation>
    </message>
    <message>
        <source>it would reorder the best photos of &apos;{name}&apos;, which you did not correct.</source>
        <translation>这会打乱“{name}”的最佳照片顺序，而您并未更正过该标签。</translation>
    </message>
    <message>
        <source>move it away and a new one is made; the photos themselves are untouched</source>
        <translation>请把它移走，程序会新建一个；照片本身不受影响</translation>
    </message>
    <message>
        <source>move it away, start Albumen and add your folders; then &apos;Bring back saved labels and corrections&apos; in the menu &apos;Library&apos; finds them in the folder &apos;backups&apos; beside it</source>
        <translation>请把它移走，启动 Albumen 并添加您的文件夹；然后在“图库”菜单中选择“恢复已保存的标签和更正”，它们就在旁边的“backups”文件夹里</translation>
    </message>
    <message>
        <source>not surely better, but now the label is on none of the photos that you said yes to: look at them before you accept it.</source>
        <translation>不能确定更好，但现在您回答“是”的照片都没有这个标签：接受之前请查看。</translation>
    </message>
    <message>
        <source>on answers kept out of learning it is not better than the label&apos;s name alone.</source>
        <translation>在未参与学习的回答上，并不比仅凭标签名称更好。</translation>
    </message>
    <message>
        <source>on answers kept out of learning it is not better than the present version.</source>
        <translation>在未参与学习的回答上，并不比当前版本更好。</translation>
    </message>
    <message>
        <source>on answers kept out of learning it is not surely better than learning from your photos alone.</source>
        <translation>在未参与学习的回答上，不能确定比仅从照片学习更好。</translation>
    </message>
    <message>
        <source>learning words for {names}</source>
        <translation>正在为 {names} 学习词语</translation>
    </message>
    <message>
        <source>The picture is damaged or incomplete (no pixels).</source>
        <translation>图片已损坏或不完整（没有像素）。</translation>
    </message>
    <message>
        <source>put back a copy from the folder &apos;backups&apos; beside it</source>
        <translation>请从旁边的“backups”文件夹恢复副本</translation>
    </message>
    <message>
        <source>small and fast: scenes, everyday things and animals</source>
        <translation>小而快：认识场景、日常物品和动物</translation>
    </message>
    <message>
        <source>the connection was lost</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>unlike anything you answered</source>
        <translation>与您回答过的都不同</translation>
    </message>
    <message>
        <source>unpacking {name}</source>
        <translation>正在解压 {name}</translation>
    </message>
    <message>
        <source>waiting for files that are being written</source>
        <translation>正在等待尚未写完的文件</translation>
    </message>
    <message>
        <source>{answers} cannot be checked by holding some out: look at them before you accept it.</source>
        <translation>{answers}太少，无法留出一部分来检验：接受之前请查看。</translation>
    </message>
    <message>
        <source>{answers} could agree this well by luck: look at them before you accept it.</source>
        <translation>{answers}也可能只是碰巧相符：接受之前请查看。</translation>
    </message>
    <message>
        <source>{count} corrections</source>
        <translation>{count} 条更正</translation>
    </message>
    <message>
        <source>{count} new corrections</source>
        <translation>{count} 条新更正</translation>
    </message>
    <message>
        <source>{count} photos</source>
        <translation>{count} 张照片</translation>
    </message>
    <message>
        <source>{device} has too little memory for one image: choose a smaller model or the processor (cpu).</source>
        <translation>{device} 的内存不足以处理一张图片：请选择更小的模型，或改用处理器 (cpu)。</translation>
    </message>
    <message>
        <source>{file} does not say whether its weights were trained with QuickGELU or GELU: QuickGELU is assumed. If they come from LAION or DataComp, put their open_clip_config.json beside the file and use it again.</source>
        <translation>{file} 没有说明其权重是用 QuickGELU 还是 GELU 训练的：假定为 QuickGELU。如果它们来自 LAION 或 DataComp，请把其 open_clip_config.json 放在文件旁边后再次使用。</translation>
    </message>
    <message>
        <source>{model} (better, four times slower)</source>
        <translation>{model}（更好，速度慢四倍）</translation>
    </message>
    <message>
        <source>{model} (recommended)</source>
        <translation>{model}（推荐）</translation>
    </message>
    <message>
        <source>{name} is not on this computer, and a setting of this computer forbids downloads: allow them or choose a model file.</source>
        <translation>{name} 不在此电脑上，而此电脑的设置禁止下载：请允许下载，或选择模型文件。</translation>
    </message>
    <message>
        <source>{name} needs {missing} more in {folder}, but {free} are free.</source>
        <translation>{name} 在 {folder} 中还需要 {missing}，但只剩 {free}。</translation>
    </message>
    <message>
        <source>{name}: changing the strictness</source>
        <translation>{name}：调整严格程度</translation>
    </message>
    <message>
        <source>{name}: learning from your photos</source>
        <translation>{name}：从您的照片学习</translation>
    </message>
    <message>
        <source>{name}: learning words of its own</source>
        <translation>{name}：学习专属词语</translation>
    </message>
    <message>
        <source>{path} announces a header of {size} bytes: it is damaged or made to do harm.</source>
        <translation>{path} 声称文件头有 {size} 字节：它已损坏或带有恶意。</translation>
    </message>
    <message>
        <source>{path} cannot be compared: {reason}</source>
        <translation>无法比较 {path}：{reason}</translation>
    </message>
    <message>
        <source>{path} cannot be copied to {folder} ({detail}).</source>
        <translation>无法将 {path} 复制到 {folder}（{detail}）。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({detail}).</source>
        <translation>{path} 无法读取（{detail}）。</translation>
    </message>
    <message>
        <source>{path} changed while it was read: try again.</source>
        <translation>{path} 在读取时发生了变化：请重试。</translation>
    </message>
    <message>
        <source>{path} has a damaged header: copy or download it again.</source>
        <translation>{path} 的文件头已损坏：请重新复制或下载。</translation>
    </message>
    <message>
        <source>{path} has a wrong checksum: it is damaged or not OpenAI&apos;s file; download it again.</source>
        <translation>{path} 的校验和不符：它已损坏或不是 OpenAI 的文件；请重新下载。</translation>
    </message>
    <message>
        <source>{path} holds no CLIP, but other weights.</source>
        <translation>{path} 中没有 CLIP，而是其他权重。</translation>
    </message>
    <message>
        <source>{path} holds numbers that are not finite (in {name}): this file is broken.</source>
        <translation>{path} 含有非有限数值（在 {name} 中）：此文件已损坏。</translation>
    </message>
    <message>
        <source>{path} holds one context per class and none for &apos;{name}&apos;.</source>
        <translation>{path} 为每个类别各存一个上下文，但没有“{name}”的。</translation>
    </message>
    <message>
        <source>{path} holds only the image half of a CLIP; Albumen needs the text half in the same file.</source>
        <translation>{path} 只包含 CLIP 的图像部分；Albumen 需要同一文件中还有文本部分。</translation>
    </message>
    <message>
        <source>{path} holds only the text half of a CLIP; Albumen needs the image half in the same file.</source>
        <translation>{path} 只包含 CLIP 的文本部分；Albumen 需要同一文件中还有图像部分。</translation>
    </message>
    <message>
        <source>{path} is a TorchScript archive or a pickle, and none of OpenAI&apos;s known ones: only safetensors files and official archives are opened, because others could run foreign code.</source>
        <translation>{path} 是 TorchScript 存档或 pickle，但不是 OpenAI 公布的存档：只打开 safetensors 文件和官方存档，因为其他文件可能运行外来代码。</translation>
    </message>
    <message>
        <source>{path} is a database of another program, not a library of Albumen; choose another folder.</source>
        <translation>{path} 是其他程序的数据库，不是 Albumen 的图库；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>{path} is a known archive, but torch cannot open it ({detail}).</source>
        <translation>{path} 是已知存档，但 torch 无法打开它（{detail}）。</translation>
    </message>
    <message>
        <source>{path} is a pickle: such files can run foreign code and are never opened; use safetensors.</source>
        <translation>{path} 是 pickle：这类文件可能运行外来代码，从不打开；请使用 safetensors。</translation>
    </message>
    <message>
        <source>{path} is cut off within its header ({size} bytes): copy or download it again.</source>
        <translation>{path} 在文件头处中断（{size} 字节）：请重新复制或下载。</translation>
    </message>
    <message>
        <source>{path} is cut off: it has {size} of {whole} bytes; copy or download it again.</source>
        <translation>{path} 不完整：{whole} 字节中只有 {size} 字节；请重新复制或下载。</translation>
    </message>
    <message>
        <source>{path} is damaged (wrong checksum): delete it and try again.</source>
        <translation>{path} 已损坏（校验和不符）：请删除后重试。</translation>
    </message>
    <message>
        <source>{path} is damaged ({detail}): copy or download it again.</source>
        <translation>{path} 已损坏（{detail}）：请重新复制或下载。</translation>
    </message>
    <message>
        <source>{path} is damaged or holds no words saved by Albumen.</source>
        <translation>{path} 已损坏或不含 Albumen 保存的回答。</translation>
    </message>
    <message>
        <source>{path} is damaged or no library; {remedy}.</source>
        <translation>{path} 已损坏或不是图库；{remedy}。</translation>
    </message>
    <message>
        <source>{path} is empty or cut off ({size} bytes): copy or download it again.</source>
        <translation>{path} 是空的或不完整（{size} 字节）：请重新复制或下载。</translation>
    </message>
    <message>
        <source>{path} is no safetensors file: choose a model as safetensors or an official archive.</source>
        <translation>{path} 不是 safetensors 文件：请选择 safetensors 格式的模型或官方存档。</translation>
    </message>
    <message>
        <source>{path} is not a prompt checkpoint of Albumen.</source>
        <translation>{path} 不是 Albumen 的提示词文件。</translation>
    </message>
    <message>
        <source>{path} is not an XMP file that can be changed ({detail}); it is left as it is.</source>
        <translation>{path} 不是可修改的 XMP 文件（{detail}）；保持原样。</translation>
    </message>
    <message>
        <source>{path} puts the class name at &apos;{position}&apos;, which this version does not know.</source>
        <translation>{path} 把类别名称放在“{position}”，此版本不认识这个位置。</translation>
    </message>
    <message>
        <source>{path} stores {name} as {kind}: quantised models cannot be used; get one in fp32 or fp16.</source>
        <translation>{path} 以 {kind} 存储 {name}：不能使用量化模型；请使用 fp32 或 fp16 的模型。</translation>
    </message>
    <message>
        <source>{path} was written by a newer Albumen; install that to restore it.</source>
        <translation>{path} 由更新版本的 Albumen 写入；请安装新版本后恢复。</translation>
    </message>
    <message>
        <source>{path}: {reason}</source>
        <translation>{path}：{reason}</translation>
    </message>
    <message>
        <source>{percent} % of ImageNet right without training</source>
        <translation>ImageNet 识别正确率 {percent}%</translation>
    </message>
    <message>
        <source>{url} answered with status {status}: choose another source.</source>
        <translation>{url} 返回状态 {status}：请选择其他来源。</translation>
    </message>
    <message>
        <source>{url} answered with status {status}: try again later or choose another model.</source>
        <translation>{url} 返回状态 {status}：请稍后重试或选择其他模型。</translation>
    </message>
    <message>
        <source>{url} cannot be reached ({detail}): check the network and try again.</source>
        <translation>无法连接 {url}（{detail}）：请检查网络后重试。</translation>
    </message>
    <message>
        <source>{url} does not tell the file&apos;s sha256, so it cannot be verified: use another mirror.</source>
        <translation>{url} 未提供文件的 sha256，因此无法校验：请使用其他镜像。</translation>
    </message>
</context>
<context>
    <name>EngineWorker</name>
    <message>
        <source>Something went wrong inside Albumen ({kind}). Your photos are untouched; details are in the log.</source>
        <translation>Albumen 内部出错（{kind}）。您的照片没有改动；详情见日志。</translation>
    </message>
    <message>
        <source>The library is closed.</source>
        <translation>图库已关闭。</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>“{name}” was not copied: {reason}.</source>
        <translation>“{name}”未能复制：{reason}。</translation>
    </message>
</context>
<context>
    <name>FileActs</name>
    <message>
        <source>Photos are being copied.</source>
        <translation>正在复制照片。</translation>
    </message>
    <message>
        <source>What was copied so far stays.</source>
        <translation>已复制的照片会保留。</translation>
    </message>
    <message>
        <source>Stop copying and quit</source>
        <translation>停止复制并退出</translation>
    </message>
    <message>
        <source>Go on copying</source>
        <translation>继续复制</translation>
    </message>
    <message numerus="yes">
        <source>Copied %Ln path(s).</source>
        <translation>
            <numerusform>已复制 %Ln 个路径。</numerusform>
        </translation>
    </message>
    <message>
        <source>No program opens “{name}”.</source>
        <translation>没有程序可以打开“{name}”。</translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln photo(s) to the trash?</source>
        <translation>
            <numerusform>要将 %Ln 张照片移到回收站吗？</numerusform>
        </translation>
    </message>
    <message>
        <source>The files can be taken back from there, also with Undo.</source>
        <translation>可以从回收站或用“撤销”取回文件。</translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation>移到回收站</translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln photo(s) to the trash</source>
        <translation>
            <numerusform>将 %Ln 张照片移到回收站</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Moved %Ln photo(s) to the trash.</source>
        <translation>
            <numerusform>已将 %Ln 张照片移到回收站。</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Select the photos to copy first.</source>
        <translation>请先选择要复制的照片。</translation>
    </message>
    <message>
        <source>Copy photos to</source>
        <translation>复制照片到</translation>
    </message>
    <message>
        <source>Copying: {done} of {total}</source>
        <translation>正在复制：{done}/{total}</translation>
    </message>
    <message numerus="yes">
        <source>Copied %Ln photo(s) to “{folder}”.</source>
        <translation>
            <numerusform>已将 %Ln 张照片复制到“{folder}”。</numerusform>
        </translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Export tags</source>
        <translation>导出标记</translation>
    </message>
    <message>
        <source>Exported to “{path}”.</source>
        <translation>已导出到“{path}”。</translation>
    </message>
    <message>
        <source>“{path}” could not be written: {reason}.</source>
        <translation>无法写入“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Bring back saved labels and corrections</source>
        <translation>恢复已保存的标签和更正</translation>
    </message>
    <message>
        <source>Saved labels and corrections (words-*.json)</source>
        <translation>已保存的标签和更正 (words-*.json)</translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s)</source>
        <translation>
            <numerusform>%Ln 个标签</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln correction(s)</source>
        <translation>
            <numerusform>%Ln 条更正</numerusform>
        </translation>
    </message>
    <message>
        <source>Brought back: {labels}, {words}.</source>
        <translation>已恢复：{labels}，{words}。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln correction(s) are about photos that are not in the library.</source>
        <translation>
            <numerusform>%Ln 条更正涉及不在图库中的照片。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FirstLabels</name>
    <message>
        <source>What do your photos show?</source>
        <translation>您的照片里有什么？</translation>
    </message>
    <message>
        <source>Albumen looks for these labels in every photo. Untick what you never photograph; add your own later.</source>
        <translation>Albumen 会在每张照片中查找这些标签。取消勾选您从不拍摄的，以后可以添加自己的。</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>以后再说</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人物</translation>
    </message>
    <message>
        <source>Animals</source>
        <translation>动物</translation>
    </message>
    <message>
        <source>Nature</source>
        <translation>自然</translation>
    </message>
    <message>
        <source>Sky and weather</source>
        <translation>天空与天气</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>地点</translation>
    </message>
    <message>
        <source>On the way</source>
        <translation>交通出行</translation>
    </message>
    <message>
        <source>Food</source>
        <translation>食物</translation>
    </message>
    <message>
        <source>At home</source>
        <translation>家中</translation>
    </message>
    <message>
        <source>Paper and screens</source>
        <translation>文档与屏幕</translation>
    </message>
    <message>
        <source>All of {category}</source>
        <translation>“{category}”全选</translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln label(s)</source>
        <translation>
            <numerusform>添加 %Ln 个标签</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Photo</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Photos like this</source>
        <translation>相似的照片</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Add a label</source>
        <translation>添加标签</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation>改进标签</translation>
    </message>
    <message>
        <source>What was learned</source>
        <translation>学习记录</translation>
    </message>
    <message>
        <source>Suggested</source>
        <translation>建议</translation>
    </message>
    <message>
        <source>Confirmed</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Not on the photo</source>
        <translation>不在照片上</translation>
    </message>
    <message>
        <source>Choose a photo to see its labels.</source>
        <translation>选择一张照片以查看其标签。</translation>
    </message>
    <message>
        <source>Labels of the photo</source>
        <translation>照片的标签</translation>
    </message>
    <message numerus="yes">
        <source>Improve labels (%Ln correction(s))</source>
        <translation>
            <numerusform>改进标签（%Ln 条更正）</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln 张照片</numerusform>
        </translation>
    </message>
    <message>
        <source>This photo could not be read.</source>
        <translation>无法读取这张照片。</translation>
    </message>
    <message>
        <source>Its drive is away. Reconnect it to see the photo.</source>
        <translation>所在磁盘未连接。请重新连接以查看照片。</translation>
    </message>
    <message>
        <source>The file is gone. Its labels are kept in case it comes back.</source>
        <translation>文件不见了。标签会保留，以备文件恢复。</translation>
    </message>
    <message numerus="yes">
        <source>Only the first %Ln photo(s) were looked at; a label that you add goes on all.</source>
        <translation>
            <numerusform>只查看了前 %Ln 张照片；您添加的标签会加到全部照片上。</numerusform>
        </translation>
    </message>
    <message>
        <source>You have no labels yet. Type one above: any words.</source>
        <translation>还没有标签。请在上方输入：任何词语都行。</translation>
    </message>
    <message>
        <source>None of your labels fits this photo.</source>
        <translation>您的标签都不适合这张照片。</translation>
    </message>
    <message>
        <source>{label} · {count} of {total}</source>
        <translation>{label} · {count}/{total}</translation>
    </message>
    <message>
        <source>Show all photos with this label</source>
        <translation>显示带此标签的所有照片</translation>
    </message>
    <message>
        <source>About {count} of 10 such suggestions are right</source>
        <translation>这样的建议 10 个中约有 {count} 个正确</translation>
    </message>
    <message>
        <source>Yes, “{label}”</source>
        <translation>是“{label}”</translation>
    </message>
    <message>
        <source>No, not “{label}”</source>
        <translation>不是“{label}”</translation>
    </message>
    <message>
        <source>“{label}” on all</source>
        <translation>全部标为“{label}”</translation>
    </message>
    <message>
        <source>Remove “{label}”</source>
        <translation>移除“{label}”</translation>
    </message>
    <message>
        <source>Forget that it is not “{label}”</source>
        <translation>取消“不是{label}”</translation>
    </message>
    <message>
        <source>New label “{name}”</source>
        <translation>新标签“{name}”</translation>
    </message>
</context>
<context>
    <name>KeywordExchange</name>
    <message numerus="yes">
        <source>Your photos carry %Ln keyword(s) of other programs.</source>
        <translation>
            <numerusform>您的照片带有其他程序写入的 %Ln 个关键字。</numerusform>
        </translation>
    </message>
    <message>
        <source>Make labels of them</source>
        <translation>设为标签</translation>
    </message>
    <message>
        <source>Make labels of keywords</source>
        <translation>将关键字设为标签</translation>
    </message>
    <message numerus="yes">
        <source>%Ln new label(s)</source>
        <translation>
            <numerusform>%Ln 个新标签</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln confirmation(s)</source>
        <translation>
            <numerusform>%Ln 次确认</numerusform>
        </translation>
    </message>
    <message>
        <source>From keywords: {labels}, {words}.</source>
        <translation>来自关键字：{labels}，{words}。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>No new keywords were found in the photos or beside them.</source>
        <translation>在照片中或其旁边没有找到新的关键字。</translation>
    </message>
    <message>
        <source>Sidecars:</source>
        <translation>附属文件：</translation>
    </message>
    <message numerus="yes">
        <source>%Ln problem(s), the first one:</source>
        <translation>
            <numerusform>%Ln 个问题，第一个：</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LabelEditor</name>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>New labels</source>
        <translation>新标签</translation>
    </message>
    <message>
        <source>New labels, one per line. Any words.</source>
        <translation>新标签，每行一个，任意词语。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add the new labels</source>
        <translation>添加新标签</translation>
    </message>
    <message>
        <source>Choose a label to change it, or add new ones.</source>
        <translation>选择一个标签进行修改，或添加新标签。</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Exclusive group</source>
        <translation>互斥组</translation>
    </message>
    <message>
        <source>Of the labels of one group, each photo gets exactly one: cup or not cup.</source>
        <translation>同组标签中每张照片恰好得到一个：杯子或非杯子。</translation>
    </message>
    <message>
        <source>From missing fewer to making fewer mistakes</source>
        <translation>从少遗漏到少出错</translation>
    </message>
    <message>
        <source>Miss fewer</source>
        <translation>少遗漏</translation>
    </message>
    <message>
        <source>Fewer mistakes</source>
        <translation>少出错</translation>
    </message>
    <message>
        <source>Strictness</source>
        <translation>严格程度</translation>
    </message>
    <message>
        <source>Merge into…</source>
        <translation>合并到…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove this label</source>
        <translation>移除此标签</translation>
    </message>
    <message>
        <source>Colour {number}</source>
        <translation>颜色 {number}</translation>
    </message>
    <message>
        <source>{photos} photos; you said {yes} yes, {no} no</source>
        <translation>{photos} 张照片；您确认 {yes} 张，否定 {no} 张</translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln label(s)</source>
        <translation>
            <numerusform>添加 %Ln 个标签</numerusform>
        </translation>
    </message>
    <message>
        <source>Rename “{label}”</source>
        <translation>重命名“{label}”</translation>
    </message>
    <message>
        <source>Colour of “{label}”</source>
        <translation>“{label}”的颜色</translation>
    </message>
    <message>
        <source>Key of “{label}”</source>
        <translation>“{label}”的按键</translation>
    </message>
    <message>
        <source>Group of “{label}”</source>
        <translation>“{label}”的组</translation>
    </message>
    <message>
        <source>Strictness of “{label}”</source>
        <translation>“{label}”的严格程度</translation>
    </message>
    <message>
        <source>Merge “{label}” into “{other}”?</source>
        <translation>要将“{label}”合并到“{other}”吗？</translation>
    </message>
    <message>
        <source>What you said about the first counts for the second from now on. Undo separates them again.</source>
        <translation>您对第一个标签的回答从现在起算作第二个的。撤销可将它们重新分开。</translation>
    </message>
    <message>
        <source>Merge “{label}” into “{other}”</source>
        <translation>将“{label}”合并到“{other}”</translation>
    </message>
    <message>
        <source>Remove “{label}”</source>
        <translation>移除“{label}”</translation>
    </message>
    <message>
        <source>Merge labels</source>
        <translation>合并标签</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message>
        <source>Library</source>
        <translation>图库</translation>
    </message>
    <message>
        <source>Library, labels and folders</source>
        <translation>图库、标签和文件夹</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>所有照片</translation>
    </message>
    <message>
        <source>Needs review</source>
        <translation>待核对</translation>
    </message>
    <message>
        <source>Untagged</source>
        <translation>无标签</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Single photos</source>
        <translation>单张照片</translation>
    </message>
    <message>
        <source>Reconnect the drive</source>
        <translation>请重新连接磁盘</translation>
    </message>
    <message>
        <source>Add labels…</source>
        <translation>添加标签…</translation>
    </message>
    <message>
        <source>Fewer labels</source>
        <translation>收起标签</translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s) without photos</source>
        <translation>
            <numerusform>%Ln 个没有照片的标签</numerusform>
        </translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Edit labels</source>
        <translation>编辑标签</translation>
    </message>
    <message>
        <source>Add folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Look for changes</source>
        <translation>检查变化</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Remove from the library (files stay)</source>
        <translation>从图库移除（保留文件）</translation>
    </message>
</context>
<context>
    <name>Lightbox</name>
    <message>
        <source>Previous photo</source>
        <translation>上一张</translation>
    </message>
    <message>
        <source>Next photo</source>
        <translation>下一张</translation>
    </message>
    <message>
        <source>Back to the grid</source>
        <translation>返回网格</translation>
    </message>
    <message>
        <source>Photo {number} of {total}: {name}</source>
        <translation>第 {number}/{total} 张照片：{name}</translation>
    </message>
    <message>
        <source>{number} of {total}</source>
        <translation>{number}/{total}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Library</source>
        <translation>图库</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>照片</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Progress of {model}</source>
        <translation>{model} 的进度</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel {model}</source>
        <translation>取消 {model}</translation>
    </message>
    <message>
        <source>Waiting…</source>
        <translation>等待中…</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done}/{total}</translation>
    </message>
    <message>
        <source>Looking at the photos again: {done} of {total}</source>
        <translation>正在重新识别照片：{done}/{total}</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Use {model}</source>
        <translation>使用 {model}</translation>
    </message>
    <message>
        <source>Download {model}</source>
        <translation>下载 {model}</translation>
    </message>
</context>
<context>
    <name>ModelDialog</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>A better model finds more and makes fewer mistakes, and needs more time for each photo. Labels and corrections stay; the photos are looked at again in the background. A download is the only time Albumen uses the network.</source>
        <translation>更好的模型能找到更多照片、出错更少，但处理每张照片需要更多时间。标签和更正都会保留；照片会在后台重新识别。Albumen 只在下载时使用网络。</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Download from</source>
        <translation>下载来源</translation>
    </message>
    <message>
        <source>Address of a mirror, where huggingface.co cannot be reached</source>
        <translation>在无法访问 huggingface.co 时填写镜像地址</translation>
    </message>
    <message>
        <source>Use a file…</source>
        <translation>使用文件…</translation>
    </message>
    <message>
        <source>Use a model file that I have</source>
        <translation>使用我已有的模型文件</translation>
    </message>
    <message>
        <source>Use a model file</source>
        <translation>使用模型文件</translation>
    </message>
    <message>
        <source>CLIP weights (*.safetensors *.pt);;All files (*)</source>
        <translation>CLIP 权重 (*.safetensors *.pt);;所有文件 (*)</translation>
    </message>
    <message>
        <source>A mirror is an address like https://example.org.</source>
        <translation>镜像是类似 https://example.org 的地址。</translation>
    </message>
</context>
<context>
    <name>NoResultsPage</name>
    <message>
        <source>Show all photos</source>
        <translation>显示所有照片</translation>
    </message>
    <message>
        <source>No photos</source>
        <translation>没有照片</translation>
    </message>
    <message>
        <source>Nothing here answers “{query}”.</source>
        <translation>这里没有符合“{query}”的照片。</translation>
    </message>
</context>
<context>
    <name>PhotoCell</name>
    <message>
        <source>No good match. These come closest:</source>
        <translation>没有合适的匹配，最接近的是：</translation>
    </message>
    <message>
        <source>Weaker matches</source>
        <translation>较弱的匹配</translation>
    </message>
</context>
<context>
    <name>PhotoGrid</name>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
</context>
<context>
    <name>PhotoMenu</name>
    <message>
        <source>All photos of its folder</source>
        <translation>其文件夹中的所有照片</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
</context>
<context>
    <name>PhotoModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>像素</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>not looked at yet</source>
        <translation>尚未识别</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>its drive is away</source>
        <translation>磁盘未连接</translation>
    </message>
    <message>
        <source>the file is gone</source>
        <translation>文件不存在</translation>
    </message>
</context>
<context>
    <name>PhotoView</name>
    <message>
        <source>No photo</source>
        <translation>没有照片</translation>
    </message>
</context>
<context>
    <name>ProblemsPage</name>
    <message>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Files that could not be read</source>
        <translation>无法读取的文件</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Back to the photos</source>
        <translation>返回照片</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) could not be read. The files are untouched.</source>
        <translation>
            <numerusform>%Ln 个文件无法读取。文件未被改动。</numerusform>
        </translation>
    </message>
    <message>
        <source>Every photo could be read.</source>
        <translation>所有照片都能读取。</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Retry all</source>
        <translation>全部重试</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>忽略</translation>
    </message>
    <message>
        <source>Ignore all</source>
        <translation>全部忽略</translation>
    </message>
    <message numerus="yes">
        <source>Ignore %Ln problem(s)</source>
        <translation>
            <numerusform>忽略 %Ln 个问题</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReportCard</name>
    <message>
        <source>{yes} yes, {no} no</source>
        <translation>“是” {yes} 个，“否” {no} 个</translation>
    </message>
    <message>
        <source>Would lose the label: {count}</source>
        <translation>将失去此标签的照片：{count}</translation>
    </message>
    <message>
        <source>Would get the label: {count}</source>
        <translation>将得到此标签的照片：{count}</translation>
    </message>
    <message>
        <source>Use it anyway</source>
        <translation>仍然使用</translation>
    </message>
    <message>
        <source>Use it anyway for {label}</source>
        <translation>仍然使用：{label}</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>接受</translation>
    </message>
    <message>
        <source>Accept for {label}</source>
        <translation>为 {label} 接受</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>以后再说</translation>
    </message>
    <message>
        <source>Not now for {label}</source>
        <translation>{label} 以后再说</translation>
    </message>
    <message>
        <source>In use already.</source>
        <translation>已在使用。</translation>
    </message>
    <message>
        <source>Stays as it is.</source>
        <translation>保持不变。</translation>
    </message>
    <message numerus="yes">
        <source>Checked on %Ln correction(s), each kept out of learning in its turn.</source>
        <translation>
            <numerusform>用您的 %Ln 条更正检验，每条轮流不参与学习。</numerusform>
        </translation>
    </message>
    <message>
        <source>No photo would get or lose the label now.</source>
        <translation>目前没有照片的标签会变化。</translation>
    </message>
    <message>
        <source>Accepted: the library is tagged with it now.</source>
        <translation>已接受：图库现在使用它标记。</translation>
    </message>
    <message>
        <source>Not now. It stays among the versions.</source>
        <translation>以后再说。它保留在版本记录中。</translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Review</source>
        <translation>核对</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Not sure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation>改进标签</translation>
    </message>
    <message>
        <source>Back to the photos</source>
        <translation>返回照片</translation>
    </message>
    <message>
        <source>Your last answers</source>
        <translation>您最近的回答</translation>
    </message>
    <message>
        <source>Click one to change it.</source>
        <translation>点击可更改。</translation>
    </message>
    <message>
        <source>Looking for questions…</source>
        <translation>正在寻找问题…</translation>
    </message>
    <message>
        <source>Nothing left to ask.</source>
        <translation>没有要问的了。</translation>
    </message>
    <message>
        <source>Every close call has your answer. Come back when there are new photos.</source>
        <translation>拿不准的照片您都已回答。有新照片时再来。</translation>
    </message>
    <message>
        <source>Is this “{label}”?</source>
        <translation>这是“{label}”吗？</translation>
    </message>
    <message>
        <source>Enter: yes · X: no · N: not sure · Ctrl+Z: take back</source>
        <translation>Enter：是 · X：否 · N：不确定 · Ctrl+Z：撤销</translation>
    </message>
    <message>
        <source>Albumen thinks yes</source>
        <translation>Albumen 认为是</translation>
    </message>
    <message>
        <source>Albumen thinks no</source>
        <translation>Albumen 认为不是</translation>
    </message>
    <message>
        <source>{guess}: {reason}</source>
        <translation>{guess}：{reason}</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>{label} on {photo}: {word}</source>
        <translation>{photo} 上的 {label}：{word}</translation>
    </message>
    <message numerus="yes">
        <source>Improve labels (%Ln answer(s))</source>
        <translation>
            <numerusform>改进标签（%Ln 个回答）</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Your last %Ln answers said what Albumen thought already: more answers would change little.</source>
        <translation>
            <numerusform>您最近的 %Ln 个回答与 Albumen 的判断一致：再多回答也不会有多大变化。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SearchBar</name>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search photos</source>
        <translation>搜索照片</translation>
    </message>
    <message>
        <source>Search: words, label:cat, folder:, after:2023</source>
        <translation>搜索：词语、label:猫、folder:、after:2023</translation>
    </message>
    <message>
        <source>The search in parts</source>
        <translation>搜索的各部分</translation>
    </message>
    <message>
        <source>Save this search</source>
        <translation>保存此搜索</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>清除搜索</translation>
    </message>
    <message>
        <source>Suggestions</source>
        <translation>建议</translation>
    </message>
    <message>
        <source>How strict the search is</source>
        <translation>搜索的严格程度</translation>
    </message>
    <message>
        <source>What counts as a match</source>
        <translation>怎样算匹配</translation>
    </message>
    <message>
        <source>more photos</source>
        <translation>更多照片</translation>
    </message>
    <message>
        <source>only sure ones</source>
        <translation>只要确定的</translation>
    </message>
    <message>
        <source>Order of the photos</source>
        <translation>照片的顺序</translation>
    </message>
    <message>
        <source>Best match first, else newest</source>
        <translation>最匹配在前，否则最新在前</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>最新在前</translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation>最早的在前</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>By folder</source>
        <translation>按文件夹</translation>
    </message>
    <message>
        <source>Forget the search “{query}”</source>
        <translation>忘记搜索“{query}”</translation>
    </message>
    <message>
        <source>Save the search “{query}”</source>
        <translation>保存搜索“{query}”</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>to be reviewed</source>
        <translation>待核对</translation>
    </message>
    <message>
        <source>without a label</source>
        <translation>无标签</translation>
    </message>
    <message>
        <source>corrected by you</source>
        <translation>您更正过的</translation>
    </message>
    <message>
        <source>the same file more than once</source>
        <translation>同一文件出现多次</translation>
    </message>
    <message>
        <source>not readable</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>on a drive that is away</source>
        <translation>在未连接的磁盘上</translation>
    </message>
    <message>
        <source>photos with a label</source>
        <translation>带某标签的照片</translation>
    </message>
    <message>
        <source>photos in a folder</source>
        <translation>某文件夹中的照片</translation>
    </message>
    <message>
        <source>taken in 2023 or later: after:2023</source>
        <translation>2023 年及以后拍摄：after:2023</translation>
    </message>
    <message>
        <source>taken earlier: before:2023-06</source>
        <translation>更早拍摄：before:2023-06</translation>
    </message>
    <message>
        <source>untagged, corrected, …</source>
        <translation>无标签、更正过…</translation>
    </message>
    <message>
        <source>like {file}</source>
        <translation>与 {file} 相似</translation>
    </message>
    <message>
        <source>or</source>
        <translation>或</translation>
    </message>
    <message>
        <source>Edit the search</source>
        <translation>编辑搜索</translation>
    </message>
    <message>
        <source>Without “{part}”</source>
        <translation>去掉“{part}”</translation>
    </message>
    <message>
        <source>in {folder}</source>
        <translation>在 {folder} 中</translation>
    </message>
    <message>
        <source>like photo {number}</source>
        <translation>与照片 {number} 相似</translation>
    </message>
    <message>
        <source>since {date}</source>
        <translation>{date} 起</translation>
    </message>
    <message>
        <source>before {date}</source>
        <translation>{date} 之前</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>not looked at yet</source>
        <translation>尚未识别</translation>
    </message>
    <message>
        <source>not: {part}</source>
        <translation>非：{part}</translation>
    </message>
    <message>
        <source>Forget this saved search</source>
        <translation>删除已保存的搜索</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Takes effect the next time Albumen starts.</source>
        <translation>下次启动 Albumen 时生效。</translation>
    </message>
    <message>
        <source>Recognition</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Best available</source>
        <translation>自动选择最佳</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>NVIDIA graphics card</source>
        <translation>NVIDIA 显卡</translation>
    </message>
    <message>
        <source>Apple graphics</source>
        <translation>Apple 图形处理器</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Change the model</source>
        <translation>更改模型</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Best for the device</source>
        <translation>按设备自动选择</translation>
    </message>
    <message>
        <source>The photos are looked at again in the background; until that is done, all goes on as before.</source>
        <translation>照片会在后台重新识别；完成之前一切照旧。</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove the folder from the library (files stay)</source>
        <translation>从图库中移除文件夹（文件保留）</translation>
    </message>
    <message>
        <source>Watched</source>
        <translation>监视中</translation>
    </message>
    <message>
        <source>Folders and files to leave out</source>
        <translation>要排除的文件夹和文件</translation>
    </message>
    <message>
        <source>One pattern per line, for example: *.tmp or Trash/*</source>
        <translation>每行一个模式，例如：*.tmp 或 Trash/*</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>排除</translation>
    </message>
    <message>
        <source>Write confirmed labels beside the photos</source>
        <translation>将已确认的标签写到照片旁边</translation>
    </message>
    <message>
        <source>For other programs: photo.jpg.xmp beside photo.jpg, which stays as it is.</source>
        <translation>供其他程序使用：photo.jpg 旁边的 photo.jpg.xmp，照片本身保持原样。</translation>
    </message>
    <message>
        <source>Sidecars</source>
        <translation>附属文件</translation>
    </message>
    <message>
        <source>Thumbnails</source>
        <translation>缩略图</translation>
    </message>
    <message>
        <source>{pixels} pixels</source>
        <translation>{pixels} 像素</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Small files</source>
        <translation>小文件</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>好</translation>
    </message>
    <message>
        <source>Very good</source>
        <translation>很好</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>For new photos. “Make anew” applies it to all of them.</source>
        <translation>用于新照片。“重新生成”会应用到全部照片。</translation>
    </message>
    <message>
        <source>{megabytes} MB of memory</source>
        <translation>{megabytes} MB 内存</translation>
    </message>
    <message>
        <source>Keep ready</source>
        <translation>保持就绪</translation>
    </message>
    <message>
        <source>On the disk</source>
        <translation>磁盘占用</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>图库</translation>
    </message>
    <message>
        <source>Database</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>Make anew</source>
        <translation>重新生成</translation>
    </message>
    <message>
        <source>Delete the thumbnails and make them anew</source>
        <translation>删除缩略图并重新生成</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Delete what models not in use know of the photos</source>
        <translation>删除未使用模型的识别数据</translation>
    </message>
    <message>
        <source>Models not in use</source>
        <translation>未使用模型的数据</translation>
    </message>
    <message>
        <source>fp32: exact</source>
        <translation>fp32：精确</translation>
    </message>
    <message>
        <source>bf16: faster, half the memory</source>
        <translation>bf16：更快，内存减半</translation>
    </message>
    <message>
        <source>fp16: faster, half the memory</source>
        <translation>fp16：更快，内存减半</translation>
    </message>
    <message>
        <source>Single photos</source>
        <translation>单张照片</translation>
    </message>
    <message>
        <source>{size} in {count} files</source>
        <translation>{size}，{count} 个文件</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Pinned labels</source>
        <translation>固定标签</translation>
    </message>
</context>
<context>
    <name>StarterBanner</name>
    <message>
        <source>Starter model: works offline, knows common things; download CLIP for full quality.</source>
        <translation>入门模型：可离线使用，认识常见事物；下载 CLIP 模型可获得最佳效果。</translation>
    </message>
    <message>
        <source>Better model…</source>
        <translation>更好的模型…</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stop this; what is finished stays</source>
        <translation>停止；已完成的部分保留</translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln 张照片</numerusform>
        </translation>
    </message>
    <message>
        <source>No good match, the closest first</source>
        <translation>没有合适的匹配，最接近的在前</translation>
    </message>
    <message numerus="yes">
        <source>%Ln good match(es)</source>
        <translation>
            <numerusform>%Ln 张匹配的照片</numerusform>
        </translation>
    </message>
    <message>
        <source>{selected} of {photos} selected</source>
        <translation>已选择 {selected}/{photos}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln problem(s)</source>
        <translation>
            <numerusform>%Ln 个问题</numerusform>
        </translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Looking for photos</source>
        <translation>正在查找照片</translation>
    </message>
    <message>
        <source>Making thumbnails</source>
        <translation>正在生成缩略图</translation>
    </message>
    <message>
        <source>Looking at photos</source>
        <translation>正在识别照片</translation>
    </message>
    <message>
        <source>Tagging</source>
        <translation>正在标记</translation>
    </message>
    <message>
        <source>Learning from your corrections</source>
        <translation>正在从您的更正中学习</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Sidecars</source>
        <translation>附属文件</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done}/{total}</translation>
    </message>
    <message>
        <source>{size}/s</source>
        <translation>{size}/秒</translation>
    </message>
    <message>
        <source>{number} a second</source>
        <translation>每秒 {number}</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>还剩几秒</translation>
    </message>
    <message numerus="yes">
        <source>%Ln s left</source>
        <translation>
            <numerusform>还剩 %Ln 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln min left</source>
        <translation>
            <numerusform>还剩 %Ln 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln h left</source>
        <translation>
            <numerusform>还剩 %Ln 小时</numerusform>
        </translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause; searching and browsing go on</source>
        <translation>暂停；仍可搜索和浏览</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
</context>
<context>
    <name>ThumbnailRow</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln 张照片</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Years</source>
        <translation>年份</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Toolbar</source>
        <translation>工具栏</translation>
    </message>
    <message>
        <source>Size of the photos</source>
        <translation>照片大小</translation>
    </message>
    <message>
        <source>Size of the photos (Ctrl and the wheel)</source>
        <translation>照片大小（Ctrl 加滚轮）</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
</context>
<context>
    <name>TrainingPanel</name>
    <message>
        <source>Progress of learning</source>
        <translation>学习进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel learning</source>
        <translation>取消学习</translation>
    </message>
    <message>
        <source>Accept all</source>
        <translation>全部接受</translation>
    </message>
    <message>
        <source>All versions</source>
        <translation>所有版本</translation>
    </message>
    <message>
        <source>Back to the photos</source>
        <translation>返回照片</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Improve labels</source>
        <translation>改进标签</translation>
    </message>
    <message>
        <source>Learning from your corrections. The photos are not read again.</source>
        <translation>正在从您的更正中学习。不会重新读取照片。</translation>
    </message>
    <message>
        <source>Learning from your corrections: {what}</source>
        <translation>正在从您的更正中学习：{what}</translation>
    </message>
    <message>
        <source>Stopped. Nothing was changed.</source>
        <translation>已停止，没有任何改动。</translation>
    </message>
    <message>
        <source>No label has new corrections. Say yes or no to a few tags first.</source>
        <translation>没有标签有新的更正。请先确认或否定几个标记。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s) can get better. Look at what would change, then accept it or not.</source>
        <translation>
            <numerusform>%Ln 个标签可以变得更好。请查看将有的变化，再决定是否接受。</numerusform>
        </translation>
    </message>
    <message>
        <source>What was learned may be luck: there are too few answers to be sure. Look at what would change, then decide.</source>
        <translation>学到的结果可能只是碰巧：回答太少，无法确定。请先查看将要改变的照片，再作决定。</translation>
    </message>
    <message>
        <source>Nothing was clearly better than what you have, so nothing changes.</source>
        <translation>没有明显更好的结果，因此保持不变。</translation>
    </message>
    <message>
        <source>Accept what was learned about “{label}”</source>
        <translation>接受关于“{label}”学到的内容</translation>
    </message>
    <message>
        <source>Not now: “{label}”</source>
        <translation>暂不：“{label}”</translation>
    </message>
    <message>
        <source>Another version of “{label}”</source>
        <translation>“{label}”的另一个版本</translation>
    </message>
    <message>
        <source>What was learned</source>
        <translation>学习记录</translation>
    </message>
    <message>
        <source>Every version is kept. Your corrections stay whichever is in use.</source>
        <translation>每个版本都会保留。无论使用哪个版本，您的更正都不会丢失。</translation>
    </message>
    <message>
        <source>There are no labels yet.</source>
        <translation>还没有标签。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln label(s) go by the name alone: nothing was learned yet.</source>
        <translation>
            <numerusform>另有 %Ln 个标签仅凭名称识别：还没有学习过。</numerusform>
        </translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Use this</source>
        <translation>使用此版本</translation>
    </message>
    <message>
        <source>Use the version {version}</source>
        <translation>使用版本 {version}</translation>
    </message>
    <message>
        <source>the name alone</source>
        <translation>仅凭标签名称</translation>
    </message>
    <message>
        <source>stricter or less strict than before</source>
        <translation>严格程度有调整</translation>
    </message>
    <message>
        <source>learned from your photos</source>
        <translation>从您的照片学到</translation>
    </message>
    <message>
        <source>learned from your photos, with words of its own (CoOp)</source>
        <translation>从您的照片学到，并有专属词语 (CoOp)</translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message>
        <source>“{name}” is not there any more.</source>
        <translation>“{name}”已不在原处。</translation>
    </message>
    <message>
        <source>“{name}” could not be moved to the trash: {reason}. It stays where it is.</source>
        <translation>“{name}”无法移到回收站：{reason}。它留在原处。</translation>
    </message>
    <message>
        <source>“{name}” stays in the trash: another file has its name now.</source>
        <translation>“{name}”留在回收站：现在另一个文件用了它的名称。</translation>
    </message>
    <message>
        <source>the system refused</source>
        <translation>系统拒绝了该操作</translation>
    </message>
    <message>
        <source>“{name}” could not be taken out of the trash: {reason}.</source>
        <translation>“{name}”无法从回收站取出：{reason}。</translation>
    </message>
</context>
<context>
    <name>_Comparison</name>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Right on corrections kept out of learning: before {before} of {total}, after {after} of {total}</source>
        <translation>未参与学习的更正中答对的条数：之前 {before}/{total}，之后 {after}/{total}</translation>
    </message>
    <message>
        <source>{right} of {total} right</source>
        <translation>{total} 条中答对 {right} 条</translation>
    </message>
</context>
<context>
    <name>_Facts</name>
    <message>
        <source>About this photo</source>
        <translation>关于这张照片</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>Lens</source>
        <translation>镜头</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>曝光</translation>
    </message>
    <message>
        <source>Aperture</source>
        <translation>光圈</translation>
    </message>
    <message>
        <source>ISO</source>
        <translation>ISO</translation>
    </message>
    <message>
        <source>Focal length</source>
        <translation>焦距</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>地点</translation>
    </message>
    <message>
        <source>Software</source>
        <translation>软件</translation>
    </message>
</context>
</TS>
