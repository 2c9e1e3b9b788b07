# ruff: noqa: E501
"""A small Open edX course with the habits of real exports, for the tests of the importer."""

COURSE = {
    "course.xml": '<course url_name="2026_T1" org="TeaX" course="T101"/>\n',
    "course/2026_T1.xml": """<course advanced_modules="[]" display_name="Tea for all" language="en" start="&quot;2026-01-01T00:00:00Z&quot;">
  <chapter url_name="week1"/>
  <chapter url_name="week2"/>
  <wiki slug="TeaX.T101"/>
</course>
""",
    "chapter/week1.xml": """<chapter display_name="Week 1: Water">
  <sequential url_name="boil"/>
  <sequential url_name="hw1"/>
</chapter>
""",
    "chapter/week2.xml": """<chapter display_name="Week 2: Leaves">
  <sequential url_name="green"/>
  <sequential url_name="secret" visible_to_staff_only="true"/>
  <sequential display_name="Written out here">
    <vertical display_name="Only unit">
      <html display_name="Inline"><p>Inline <b>words</b>.</p></html>
      <html display_name="Wrapped"><![CDATA[<p>Wrapped &amp; kept: 1 &lt; 2</p>]]></html>
      <library_content display_name="Pool" mode="random"><problem url_name="p2"/></library_content>
    </vertical>
  </sequential>
</chapter>
""",
    "sequential/boil.xml": """<sequential display_name="Boiling">
  <vertical url_name="v1"/>
  <vertical url_name="v2"/>
</sequential>
""",
    "sequential/hw1.xml": '<sequential display_name="Homework 1" format="Homework" graded="true"><vertical url_name="v3"/></sequential>\n',
    "sequential/green.xml": '<sequential display_name="Green tea"><vertical url_name="v4"/></sequential>\n',
    "sequential/secret.xml": '<sequential display_name="For staff"><vertical url_name="v5"/></sequential>\n',
    "vertical/v1.xml": """<vertical display_name="Why water matters">
  <html url_name="intro"/>
  <video url_name="vid1"/>
  <discussion url_name="talk" display_name="Talk"/>
  <scorm url_name="s1"/>
</vertical>
""",
    "vertical/v2.xml": '<vertical display_name="How hot"><html url_name="hot"/><problem url_name="p1"/></vertical>\n',
    "vertical/v3.xml": '<vertical display_name="Questions"><problem url_name="p3"/><openassessment url_name="o1" text_response="required"><title>Essay</title><prompts><prompt><description>&lt;p&gt;Write &lt;b&gt;much&lt;/b&gt;.&lt;/p&gt;</description></prompt></prompts><rubric><prompt>answer</prompt></rubric></openassessment></vertical>\n',
    "vertical/v4.xml": '<vertical display_name="Green tea"><html url_name="empty"/></vertical>\n',
    "vertical/v5.xml": '<vertical display_name="Answers"><html url_name="answers"/></vertical>\n',
    "html/intro.xml": '<html filename="intro" display_name="Text"/>\n',
    "html/intro.html": """<h2>Soft and hard</h2>
<p>Water is <em>soft</em> or <strong>hard</strong>. See <a href="/jump_to_id/v2">how hot</a>,
<a href="/jump_to_id/hw1">the homework</a> and <a href="https://example.org">more</a>.</p>
<p><img src="/static/cup.png" alt="A cup"> <img src="/asset-v1:TeaX+T101+2026_T1+type@asset+block@pot.png" alt="A pot"></p>
<p>Heat is \\(Q = m c \\Delta T\\), so [mathjaxinline]a_1 &lt; b_2[/mathjaxinline].</p>
\\[ \\frac{a}{b} \\]
<pre class="language-python"><code>def boil(x_1):
    return x_1 &lt; 100
</code></pre>
<table><tr><th>Tea</th><th>Heat</th></tr><tr><td>Green</td><td>80</td></tr></table>
<script>alert(1)</script><iframe src="https://example.org/sim" title="A simulation"></iframe>
""",
    "html/hot.xml": '<html filename="deep/hot" display_name="Temperatures"/>\n',
    "html/deep/hot.html": "<p>Boil at 100.</p>\n",
    "html/empty.xml": '<html filename="empty" display_name="Text"/>\n',
    "html/empty.html": "<p>Green leaves.</p>",
    "html/answers.xml": '<html filename="answers"/>',
    "html/answers.html": "<p>The secret is 42.</p>",
    "video/vid1.xml": """<video url_name="vid1" youtube="1.00:abcdefghijk" youtube_id_1_0="abcdefghijk" sub="abc" display_name="A film">
  <transcript language="en" src="film.srt"/>
</video>
""",
    "static/film.srt": "1\n00:00:01,000 --> 00:00:02,000\nHello tea\n\n2\n00:00:02,000 --> 00:00:03,000\nlovers.\n",
    "static/cup.png": b"\x89PNG cup",
    "static/pot.png": b"\x89PNG pot",
    "static/unused.png": b"\x89PNG unused",
    "problem/p1.xml": """<problem display_name="How hot is it?" markdown="null" max_attempts="2">
  <multiplechoiceresponse>
    <label>At which heat does water boil?</label>
    <description>At sea level.</description>
    <choicegroup type="MultipleChoice">
      <choice correct="false">80 <choicehint>Too cold, that is for green tea.</choicehint></choice>
      <choice correct="true">100</choice>
    </choicegroup>
    <solution><div class="detailed-solution"><p>Explanation</p><p>It is a hundred.</p></div></solution>
  </multiplechoiceresponse>
  <demandhint><hint>More than ninety.</hint></demandhint>
</problem>
""",
    "problem/p2.xml": """<problem display_name="A number">
  <script type="loncapa/python">answer = 7</script>
  <p>How many leaves \\(n\\) for $price?</p>
  <numericalresponse answer="$answer"><responseparam type="tolerance" default="1%"/><formulaequationinput/></numericalresponse>
</problem>
""",
    "problem/p3.xml": """<problem display_name="Pick">
  <p>Pick a tea:</p>
  <optionresponse><optioninput options="('Green','Black')" correct="Green"/></optionresponse>
</problem>
""",
    "discussion/talk.xml": '<discussion display_name="Talk"/>',
    "drafts/vertical/v9.xml": '<vertical display_name="Not ready"><html url_name="gone"/></vertical>',
    "policies/2026_T1/policy.json": '{"course/2026_T1": {"display_name": "Tea (old name)", "tabs": []}}',
    "policies/assets.json": "{}",
    "about/overview.html": "<section><h2>About</h2><p>Long.</p></section>",
    "about/short_description.html": "Everything about tea.",
}
