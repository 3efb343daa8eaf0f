import { expect } from 'chai'
import { deviceOf, joinPath } from '../../../packages/provisioner-mssql/src/backup-place.js'
import { quoteName, quoteText } from '../../../packages/provisioner-mssql/src/quote.js'

describe('quoting for SQL Server', () => {
  it('doubles what would end a name or a text, and nothing else', () => {
    expect(quoteName('a]; drop database x --')).to.equal('[a]]; drop database x --]')
    expect(quoteName('[a"b\'c')).to.equal('[[a"b\'c]')
    expect(quoteText("it's; [x]")).to.equal("N'it''s; [x]'")
  })

  it('refuses names that SQL Server cannot hold', () => {
    for (const name of ['', 'a\nb', 'a\u0000', 'x'.repeat(124)])
      expect(() => quoteName(name), JSON.stringify(name))
        .to.throw()
        .with.property('code', 'validation_failed')
    expect(quoteName('ä'.repeat(123))).to.have.length(125)
  })

  it('joins paths as the server’s system does', () => {
    expect(joinPath('/var/opt/mssql/data', 'x.mdf')).to.equal('/var/opt/mssql/data/x.mdf')
    expect(joinPath('/var/opt/mssql/data/', 'x.mdf')).to.equal('/var/opt/mssql/data/x.mdf')
    expect(joinPath('D:\\Data', 'x.mdf')).to.equal('D:\\Data\\x.mdf')
    expect(joinPath('D:\\Data\\', 'x.mdf')).to.equal('D:\\Data\\x.mdf')
    expect(joinPath('https://a.blob.core.windows.net/c', 'x.bak')).to.equal('https://a.blob.core.windows.net/c/x.bak')
  })

  it('names a disk or a URL as BACKUP and RESTORE want it', () => {
    expect(deviceOf("D:\\o'neil.bak")).to.equal("disk = N'D:\\o''neil.bak'")
    expect(deviceOf('https://a/b.bak')).to.equal("url = N'https://a/b.bak'")
    expect(deviceOf('s3://a/b.bak')).to.equal("url = N's3://a/b.bak'")
  })
})
